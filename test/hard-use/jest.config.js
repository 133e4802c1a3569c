import { fileURLToPath } from 'node:url';
import all from '../jest.config.js';

// `npm run hard-use` builds the library before, since these tests use what a user loads.
const { transform, transformIgnorePatterns, moduleNameMapper, testEnvironment } = all.projects[0];

export default {
  rootDir: fileURLToPath(new URL('../..', import.meta.url)),
  roots: ['<rootDir>/test/hard-use'],
  testMatch: ['**/*.spec.ts'],
  modulePathIgnorePatterns: ['<rootDir>/test/hard-use/dist/'],
  maxWorkers: '100%',
  reporters: all.reporters, // a run that is told to end says which files it waits for
  testEnvironment,
  transform,
  transformIgnorePatterns,
  moduleNameMapper: {
    ...moduleNameMapper,
    // The built library, as users load it.
    '^nestjs-wait$': '<rootDir>/dist/cjs/index.js',
    '^nestjs-wait/(.+)$': '<rootDir>/dist/cjs/$1/index.js',
  },
  testTimeout: 120_000,
};
