// Checks what `npm publish` would publish: packs it, lays it into an empty project, uses it from plain Node as
// ESM and as CommonJS, and compiles against its types.
import { execFileSync } from 'node:child_process';
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { checkFiles } from './package-files.js';

const root = fileURLToPath(new URL('..', import.meta.url));
const project = mkdtempSync(join(tmpdir(), 'nestjs-wait-package-'));
const run = (command, args, cwd) =>
  execFileSync(command, args, { cwd, stdio: ['ignore', 'inherit', 'inherit'] });

const entries = Object.keys(JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).exports)
  .filter((entry) => entry !== './package.json')
  .map((entry) => entry.replace('.', 'nestjs-wait'));

try {
  run('npm', ['pack', '--silent', '--pack-destination', project], root);
  const [tarball] = readdirSync(project);
  run('npx', ['publint', '--strict', join(project, tarball)], root);
  run('npx', ['attw', join(project, tarball)], root);

  const modules = join(project, 'node_modules');
  mkdirSync(join(modules, 'nestjs-wait'), { recursive: true });
  run('tar', ['-xzf', tarball, '--strip-components=1', '-C', join(modules, 'nestjs-wait')], project);
  const install = (name) => symlinkSync(join(root, 'node_modules', name), join(modules, name));
  // Nothing but what everybody has: no client, no terminus, no SDK.
  mkdirSync(join(modules, '@nestjs'));
  ['@nestjs/common', '@nestjs/core', '@types', 'reflect-metadata'].forEach(install);

  checkFiles(
    join(modules, 'nestjs-wait/dist'),
    entries.map((entry) => entry.replace(/^nestjs-wait/, '.')),
  );
  console.log(`the tarball has ${Math.round(statSync(join(project, tarball)).size / 1000)} kB`);

  // One copy of the classes, whichever way they are loaded: an error is recognised, a provider is found.
  writeFileSync(
    join(project, 'use.mjs'),
    `import { createRequire } from 'node:module';
     const require = createRequire(import.meta.url);
     for (const entry of ${JSON.stringify(entries)}) {
       const imported = await import(entry);
       const required = require(entry);
       const names = Object.keys(imported).filter((name) => name !== 'default' && name !== 'module.exports');
       if (names.length === 0) throw new Error(entry + ' exports nothing');
       for (const name of names) {
         if (imported[name] !== required[name]) throw new Error(entry + ': two copies of ' + name);
         const { providers = [], controllers = [] } = imported[name].forRoot?.() ?? {};
         for (const { name } of [...providers, ...controllers]) {
           if (/\\W|\\d$|^_/.test(name ?? '')) throw new Error('a class goes by the name ' + name);
         }
         if (typeof imported[name] === 'function' && imported[name].name !== name) {
           throw new Error(entry + ': ' + name + ' goes by the name ' + imported[name].name);
         }
       }
       console.log(entry + ': ' + names.length + ' exports, the same by import and by require');
     }`,
  );
  run('node', ['use.mjs'], project);
  // The CommonJS copy by itself, which older tools and jest load.
  writeFileSync(
    join(project, 'use.cjs'),
    `const { WaitModule, until, WaitError } = require('./node_modules/nestjs-wait/dist/cjs/index.js');
     if (typeof WaitModule.forRoot !== 'function' || typeof until !== 'function') throw new Error('dist/cjs is broken');
     until(() => {}, 'abc', AbortSignal.abort()).then(() => process.exit(1), (error) => {
       if (!(error instanceof WaitError)) throw error;
       console.log('dist/cjs works');
     });`,
  );
  run('node', ['use.cjs'], project);

  // An application that imports an entry without its client learns what to install. Health and the page need
  // none, and the page needs no platform either.
  writeFileSync(
    join(project, 'clients.mjs'),
    `import { NestFactory } from '@nestjs/core';
     import { createRequire } from 'node:module';
     const require = createRequire(import.meta.url);
     const ways = {
       'by import': (entry) => import('nestjs-wait' + entry),
       'from dist/cjs': (entry) => require('./node_modules/nestjs-wait/dist/cjs' + entry + '/index.js'),
     };
     const clients = [
       ['/prometheus', 'WaitPrometheusModule', 'prom-client'],
       ['/opentelemetry', 'WaitOpenTelemetryModule', '@opentelemetry/api'],
     ];
     for (const [way, load] of Object.entries(ways)) {
       const { WaitModule } = await load('');
       const start = ({ imports = [], providers = [] }) =>
         NestFactory.createApplicationContext(
           { module: class AppModule {}, imports: [WaitModule.forRoot(), ...imports], providers },
           { logger: false, abortOnError: false },
         );
       for (const [entry, name, client] of clients) {
         const { [name]: module } = await load(entry);
         const want = name + ": the package '" + client + "' is not installed. Run: npm install " + client;
         const said = await start({ imports: [module.forRoot()] }).then(() => 'nothing', (error) => error.message);
         if (said !== want) throw new Error(name + ' ' + way + ' says: ' + said);
       }
       const { LoopHealthIndicator } = await load('/health');
       const app = await start({ providers: [LoopHealthIndicator] });
       const { loops } = await app.get(LoopHealthIndicator).liveness('loops');
       await app.close();
       if (loops.status !== 'up') throw new Error('health ' + way + ' says: ' + loops.status);
       const { WaitPageModule } = await load('/page');
       await (await start({ imports: [WaitPageModule.forRoot({ access: () => 'all' })] })).close();
       console.log('without their clients, the entries ' + way + ' say what to install');
     }`,
  );
  run('node', ['clients.mjs'], project);

  // Their types are needed by those who import their entries.
  ['@opentelemetry', 'prom-client'].forEach(install);

  // A user who checks the types of libraries, too, has the type tests and imports everything. Nest's own types
  // have no error that would have to be overlooked.
  const everything = [
    ...entries.map((entry, index) => `export * as entry${index} from '${entry}';`),
    '// @ts-expect-error -- no entry needs the types of browsers',
    'void document;',
  ].join('\n');
  for (const extension of ['mts', 'cts']) {
    writeFileSync(join(project, `everything.${extension}`), everything);
    for (const file of readdirSync(join(root, 'test/types'))) {
      copyFileSync(join(root, 'test/types', file), join(project, file.replace(/ts$/, extension)));
    }
  }
  const compile = (installed, module, moduleResolution, include = ['*.mts', '*.cts']) => {
    rmSync(join(modules, '@nestjs'), { recursive: true });
    symlinkSync(join(installed, '@nestjs'), join(modules, '@nestjs'));
    const compilerOptions = {
      module,
      moduleResolution,
      target: 'es2022',
      lib: ['es2022'], // not that of browsers
      types: ['node'],
      strict: true,
      exactOptionalPropertyTypes: true,
      skipLibCheck: false,
      experimentalDecorators: true,
      declaration: true,
      noEmit: true,
    };
    writeFileSync(join(project, 'tsconfig.json'), JSON.stringify({ compilerOptions, include }));
    run('node', [join(installed, 'typescript/bin/tsc'), '--project', project], root);
    console.log(`the types compile: ${module}, ${moduleResolution}`);
  };
  const today = join(root, 'node_modules'); // TypeScript 6 and Nest 12
  compile(today, 'node16', 'node16', ['*.mts']); // there, CommonJS cannot import Nest 12
  compile(today, 'nodenext', 'nodenext');
  compile(today, 'preserve', 'bundler');
  const older = join(root, 'test/nest-11/node_modules'); // TypeScript 5.4 and Nest 11
  compile(older, 'node16', 'node16');
  compile(older, 'nodenext', 'nodenext');
  compile(older, 'esnext', 'bundler');
  compile(older, 'commonjs', 'node10');
} finally {
  rmSync(project, { recursive: true, force: true });
}
