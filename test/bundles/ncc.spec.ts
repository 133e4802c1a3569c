import { NCC } from './support/bundlers.js';
import { describeBundle } from './support/describe-bundle.js';

describeBundle(NCC);
