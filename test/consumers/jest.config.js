import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import all from '../jest.config.js';

// `npm run consumers` installs what these tests need. `npm test` does without it.
const { transform, moduleNameMapper, testEnvironment } = all.projects[0];

export default {
  rootDir: fileURLToPath(new URL('../..', import.meta.url)),
  roots: ['<rootDir>/test/consumers'],
  testMatch: ['<rootDir>/test/consumers/*.spec.ts'],
  modulePathIgnorePatterns: ['<rootDir>/test/consumers/(nest-\\d+|apps)/'],
  globalSetup: '<rootDir>/test/consumers/support/global-setup.js',
  globalTeardown: '<rootDir>/test/consumers/support/global-teardown.js',
  maxWorkers: availableParallelism() + 1, // one file for each application; they also wait
  slowTestThreshold: 0, // the time of every file is printed
  verbose: true,
  reporters: all.reporters, // a run that is told to end says which files it waits for
  testEnvironment,
  transform,
  moduleNameMapper,
  testTimeout: 300_000, // a build takes five seconds, and a minute on a very busy machine
};
