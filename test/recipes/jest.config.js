import { fileURLToPath } from 'node:url';
import all from '../jest.config.js';

// `npm run recipes` installs what these tests need. `npm test` does without it.
const { transform, moduleNameMapper, testEnvironment } = all.projects[0];

export default {
  rootDir: fileURLToPath(new URL('../..', import.meta.url)),
  roots: ['<rootDir>/test/recipes'],
  testMatch: ['**/*.spec.ts'],
  modulePathIgnorePatterns: ['<rootDir>/test/recipes/node-\\d+/'],
  maxWorkers: '100%', // one file for each Node
  reporters: all.reporters, // a run that is told to end says which files it waits for
  testEnvironment,
  transform,
  moduleNameMapper,
  testTimeout: 60_000, // each test starts a process
};
