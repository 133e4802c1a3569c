import { writeSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { findChromium, MISSING_CHROMIUM } from './browser/chromium.js';

// What needs no Nest runs once. The tests on real Nest containers run twice: on Nest 12 from the root, and on
// Nest 11 from test/nest-11.
const swc = (parser) => [
  '@swc/jest',
  {
    swcrc: false,
    jsc: {
      target: 'es2022',
      parser: { ...parser, decorators: true },
      transform: { legacyDecorator: true, decoratorMetadata: true },
    },
    module: { type: 'commonjs' },
    sourceMaps: 'inline',
  },
];

const ES_MODULES = [
  '@nestjs/',
  '@kubernetes/',
  'kubernetes-client-2/',
  'agent-base/',
  'socks-proxy-agent/',
  'openid-client/',
  'oauth4webapi/',
  'jose/',
];

const project = (displayName, folders, modules = {}) => ({
  displayName,
  rootDir: fileURLToPath(new URL('..', import.meta.url)),
  testEnvironment: 'node',
  testMatch: folders.map((folder) => `<rootDir>/test/${folder}/**/*.spec.ts`),
  moduleNameMapper: {
    '^nestjs-wait$': '<rootDir>/src/index.ts',
    '^nestjs-wait/(.+)$': '<rootDir>/src/$1/index.ts',
    '^(\\.{1,2}/.*)\\.js$': '$1',
    ...modules,
  },
  // Nest 12 and the clients of Kubernetes are published as ES modules.
  transform: {
    '\\.ts$': swc({ syntax: 'typescript' }),
    '/node_modules/.+\\.js$': swc({ syntax: 'ecmascript' }),
  },
  transformIgnorePatterns: [`/node_modules/(?!${ES_MODULES.join('|')})`],
  modulePathIgnorePatterns: ['<rootDir>/dist', '<rootDir>/sample-app/dist'],
});

const NEST_11 = {
  '^@nestjs/(common|core|platform-express|platform-fastify|terminus|testing)(/.*)?$':
    '<rootDir>/test/nest-11/node_modules/@nestjs/$1$2',
  // nestjs-pino knows no Nest 12 yet.
  '^nestjs-pino$': '<rootDir>/test/nest-11/node_modules/nestjs-pino',
};

// CI fails without Chromium: it runs the tests, and each says what is missing. Elsewhere they are left out, and
// the last lines of the output say so.
const chromium = findChromium();
if (chromium === undefined && !process.env.CI) {
  // Jest has closed console.error by then.
  process.once('exit', () => writeSync(2, `\n${MISSING_CHROMIUM}\n`));
}
const inBrowser = (...named) => ({ ...project(...named), globals: { CHROMIUM: chromium, MISSING_CHROMIUM } });
const browserProjects = [
  inBrowser('browser', ['browser']),
  inBrowser('browser-nest-11', ['browser/smoke'], NEST_11),
];

export default {
  maxWorkers: '100%',
  reporters: ['default', fileURLToPath(new URL('support/unfinished-reporter.js', import.meta.url))],
  // A test that computes for a second may need ten on a busy machine, where jest's own limit of five would
  // fail it. Files and tests that start processes or compute for longer set a limit of their own. This option
  // has no effect within a project.
  testTimeout: 120_000, // the longest takes six seconds, and more than half a minute on a very busy machine
  projects: [
    project('core', ['unit', 'conformance', 'docs']),
    project('leader-election', ['leader-election']),
    project('simulation', ['simulation']),
    project('nest-12', ['e2e', 'mistakes', 'process', 'sample']),
    project('nest-11', ['e2e', 'mistakes', 'integrations'], NEST_11),
    ...(chromium !== undefined || process.env.CI ? browserProjects : []),
  ],
};
