import { fileURLToPath } from 'node:url';

// One project for what knows no Nest, and the tests on real Nest containers twice: on Nest 12 from the root, and on Nest 11 from test/nest-11.
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

const ES_MODULES = ['@nestjs/', '@kubernetes/', 'openid-client/', 'oauth4webapi/', 'jose/'];

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
  // Nest 12 and the client of Kubernetes are published as ES modules.
  transform: {
    '\\.ts$': swc({ syntax: 'typescript' }),
    '/node_modules/.+\\.js$': swc({ syntax: 'ecmascript' }),
  },
  transformIgnorePatterns: [`/node_modules/(?!${ES_MODULES.join('|')})`],
  modulePathIgnorePatterns: ['<rootDir>/dist', '<rootDir>/sample-app/dist'],
});

export default {
  maxWorkers: '100%',
  projects: [
    project('core', ['unit', 'conformance', 'docs']),
    project('leader-election', ['leader-election']),
    project('nest-12', ['e2e', 'process', 'sample']),
    project('nest-11', ['e2e'], {
      '^@nestjs/(common|core|platform-express|testing)(/.*)?$':
        '<rootDir>/test/nest-11/node_modules/@nestjs/$1$2',
    }),
  ],
};
