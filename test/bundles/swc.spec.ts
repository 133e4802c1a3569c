import { SWC, SWC_ESM } from './support/bundlers.js';
import { describeBundle } from './support/describe-bundle.js';

describeBundle(SWC);
describeBundle(SWC_ESM);
