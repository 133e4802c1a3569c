import { fileURLToPath } from 'node:url';

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

export default {
  maxWorkers: '100%',
  // A test that computes for a second may need ten on a busy machine, where jest's own limit of five would
  // fail it. Files and tests that start processes or compute for longer set a limit of their own. This option
  // has no effect within a project.
  testTimeout: 30_000,
  projects: [
    project('core', ['unit', 'conformance', 'docs']),
    project('leader-election', ['leader-election']),
    project('simulation', ['simulation']),
    project('nest-12', ['e2e', 'mistakes', 'process', 'sample']),
    // nestjs-pino knows no Nest 12 yet.
    project('nest-11', ['e2e', 'mistakes', 'integrations'], {
      '^@nestjs/(common|core|platform-express|platform-fastify|terminus|testing)(/.*)?$':
        '<rootDir>/test/nest-11/node_modules/@nestjs/$1$2',
      '^nestjs-pino$': '<rootDir>/test/nest-11/node_modules/nestjs-pino',
    }),
  ],
};
