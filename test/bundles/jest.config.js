import { fileURLToPath } from 'node:url';
import all from '../jest.config.js';
import { findChromium, MISSING_CHROMIUM } from '../browser/chromium.js';

// `npm run bundles` installs what these tests need. `npm test` does without it.
const { transform, transformIgnorePatterns, moduleNameMapper, testEnvironment } = all.projects[0];

// Without Chromium, CI fails, and elsewhere the last lines of the output tell what was left out.
const chromium = findChromium();
const leftOut = chromium === undefined && !process.env.CI ? ['in-browser.spec.ts'] : [];

export default {
  rootDir: fileURLToPath(new URL('../..', import.meta.url)),
  roots: ['<rootDir>/test/bundles'],
  testMatch: ['**/*.spec.ts'],
  testPathIgnorePatterns: ['/node_modules/', ...leftOut],
  modulePathIgnorePatterns: ['<rootDir>/test/bundles/node_modules/'],
  maxWorkers: '100%', // one file for each bundler
  reporters: all.reporters, // a run that is told to end says which files it waits for
  testEnvironment,
  transform,
  transformIgnorePatterns,
  moduleNameMapper,
  globals: { CHROMIUM: chromium, MISSING_CHROMIUM },
  testTimeout: 300_000, // webpack takes ten seconds, and more than two minutes on a very busy machine
};
