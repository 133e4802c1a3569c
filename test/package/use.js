// Uses the package from plain Node, as ESM and as CommonJS.
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { entries, runScript } from './project.js';

/** Throws when an entry does not work in the project. */
export function checkUse(project) {
  // One copy of the classes, whichever way they are loaded: an error is recognised, a provider is found.
  runScript(
    project,
    'use.mjs',
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
  // The CommonJS copy by itself, which older tools and jest load.
  runScript(
    project,
    'use.cjs',
    `const { WaitModule, until, WaitError } = require('./node_modules/nestjs-wait/dist/cjs/index.js');
     if (typeof WaitModule.forRoot !== 'function' || typeof until !== 'function') throw new Error('dist/cjs is broken');
     until(() => {}, 'abc', AbortSignal.abort()).then(() => process.exit(1), (error) => {
       if (!(error instanceof WaitError)) throw error;
       console.log('dist/cjs works');
     });`,
  );

  // An application that imports an entry without its client learns what to install. Health and the page need
  // none, and the page needs no platform either.
  runScript(
    project,
    'clients.mjs',
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
}

/** Throws when the stack of an error does not name the sources for those who have Node read source maps. */
export function checkStacks(project) {
  const fail = 'try { WaitModule.forRoot(5); } catch (error) { console.log(error.stack); }';
  const scripts = {
    'stack.mjs': `import { WaitModule } from 'nestjs-wait'; ${fail}`,
    'stack.cjs': `const { WaitModule } = require('./node_modules/nestjs-wait/dist/cjs/index.js'); ${fail}`,
  };
  for (const [file, code] of Object.entries(scripts)) {
    writeFileSync(join(project, file), code);
    const stack = execFileSync(process.execPath, ['--enable-source-maps', file], {
      cwd: project,
      encoding: 'utf8',
    });
    if (!/nestjs-wait\/src\/nest\/wait\.module\.ts:\d+:\d+/.test(stack)) {
      throw new Error(`The stack names no source: ${stack}`);
    }
  }
  console.log('with --enable-source-maps, stacks name lines of the sources');
}
