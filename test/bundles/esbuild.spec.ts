import { ESBUILD, ESBUILD_ESM } from './support/bundlers.js';
import { describeBundle } from './support/describe-bundle.js';

describeBundle(ESBUILD);
describeBundle(ESBUILD_ESM);
