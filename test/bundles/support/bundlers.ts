/** A way from the sources of an application to what Node runs. */
export interface Bundler {
  readonly name: string;
  /** Of the application's package.json. */
  readonly type: 'commonjs' | 'module';
  /** Runs in the application's folder, with the tools of this folder in the `PATH`. */
  readonly command: readonly [tool: string, ...args: string[]];
  /** What Node runs. The folder of it has all that the tool wrote. */
  readonly main: string;
  /** Whether the packages that the application imports stay outside. */
  readonly needsPackages?: true;
}

// Nest tries to load these, and does without.
const OPTIONAL = ['@nestjs/microservices', '@nestjs/websockets', 'class-transformer', 'class-validator'];

// Express, which is CommonJS, requires modules of Node.
const REQUIRE = `import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);`;

const esbuild = (...args: string[]): Bundler['command'] => [
  'esbuild',
  'src/main.ts',
  '--bundle',
  '--minify',
  '--platform=node',
  '--target=node20',
  ...OPTIONAL.map((name) => `--external:${name}`),
  ...args,
];

export const ESBUILD: Bundler = {
  name: 'esbuild, as CommonJS',
  type: 'commonjs',
  command: esbuild('--outfile=dist/main.js'),
  main: 'dist/main.js',
};

export const ESBUILD_ESM: Bundler = {
  name: 'esbuild, as an ES module',
  type: 'module',
  command: esbuild('--format=esm', `--banner:js=${REQUIRE}`, '--outfile=dist/main.js'),
  main: 'dist/main.js',
};

export const WEBPACK: Bundler = {
  name: 'webpack, as nest build --webpack calls it',
  type: 'commonjs',
  command: ['nest', 'build', '--webpack', '--webpackPath', 'bundle.config.cjs'],
  main: 'dist/main.js',
};

export const RSPACK: Bundler = {
  name: 'rspack, as nest build --builder rspack calls it',
  type: 'commonjs',
  command: ['nest', 'build', '--builder', 'rspack', '--rspackPath', 'bundle.config.cjs'],
  main: 'dist/main.js',
};

export const NCC: Bundler = {
  name: 'ncc',
  type: 'commonjs',
  command: ['ncc', 'build', 'src/main.ts', '--minify', '--no-cache', '--out', 'dist'],
  main: 'dist/index.js',
};

export const SWC: Bundler = {
  name: 'SWC, as nest build --builder swc calls it, as CommonJS',
  type: 'commonjs',
  command: ['nest', 'build', '--builder', 'swc'],
  main: 'dist/main.js',
  needsPackages: true,
};

export const SWC_ESM: Bundler = {
  name: 'SWC, as nest build --builder swc calls it, as ES modules',
  type: 'module',
  command: ['nest', 'build', '--builder', 'swc'],
  main: 'dist/main.js',
  needsPackages: true,
};
