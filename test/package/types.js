// Compiles against the types of the package, as users do: with all TypeScripts, all ways to resolve modules,
// and both majors of Nest.
import { execFile } from 'node:child_process';
import { copyFileSync, cpSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { root } from './project.js';

const run = promisify(execFile);

const COMPILERS = {
  5.4: 'test/nest-11/node_modules/typescript',
  5.9: 'test/typescript/node_modules/typescript-5.9',
  6: 'node_modules/typescript',
  7: 'test/typescript/node_modules/typescript-7',
};

const NESTS = { 11: 'test/nest-11/node_modules', 12: 'node_modules' };

// Nest 12 is ESM: where TypeScript follows Node 16, or is older than 5.8, CommonJS cannot import it.
/** @type {[typescript: number, nest: number, module: string, moduleResolution: string, include?: string[]][]} */
const COMBINATIONS = [
  [5.4, 11, 'nodenext', 'nodenext'],
  [5.4, 11, 'esnext', 'bundler'],
  [5.4, 11, 'commonjs', 'node10'],
  [5.4, 12, 'nodenext', 'nodenext', ['*.mts']],
  [5.4, 12, 'preserve', 'bundler'],
  [5.9, 11, 'nodenext', 'nodenext'],
  [5.9, 11, 'commonjs', 'node10'],
  [5.9, 12, 'nodenext', 'nodenext'],
  [5.9, 12, 'preserve', 'bundler'],
  [6, 11, 'nodenext', 'nodenext'],
  [6, 11, 'commonjs', 'bundler'],
  [6, 12, 'node16', 'node16', ['*.mts']],
  [6, 12, 'node20', 'node16'],
  [6, 12, 'nodenext', 'nodenext'],
  [6, 12, 'preserve', 'bundler'],
  [7, 11, 'nodenext', 'nodenext'],
  [7, 11, 'commonjs', 'bundler'],
  [7, 12, 'nodenext', 'nodenext'],
  [7, 12, 'preserve', 'bundler'],
];

/**
 * Rejects when the types do not compile somewhere.
 *
 * @param project - Has the package in its `node_modules`.
 * @param entries - By the names that users import.
 */
export async function checkTypes(project, entries) {
  const folders = Object.fromEntries(
    Object.entries(NESTS).map(([nest, modules]) => [
      nest,
      layOut(project, nest, join(root, modules), entries),
    ]),
  );
  const rest = COMBINATIONS.entries();
  const compileRest = async () => {
    for (const [index, [compiler, nest, module, resolution, include]] of rest) {
      // oxlint-disable-next-line no-await-in-loop -- as many run at once as there are cores
      await compile(COMPILERS[compiler], folders[nest], index, module, resolution, include);
      console.log(`the types compile: TypeScript ${compiler}, Nest ${nest}, ${module}, ${resolution}`);
    }
  };
  await Promise.all(Array.from({ length: availableParallelism() }, compileRest));
}

/** Makes a project with this major of Nest, and returns its folder. */
function layOut(project, nest, nestModules, entries) {
  const folder = join(project, `nest-${nest}`);
  const modules = join(folder, 'node_modules');
  mkdirSync(modules, { recursive: true });
  cpSync(join(project, 'node_modules/nestjs-wait'), join(modules, 'nestjs-wait'), { recursive: true });
  symlinkSync(join(nestModules, '@nestjs'), join(modules, '@nestjs'));
  // Those who import the entries for clients need the types of these.
  for (const name of ['@types', 'reflect-metadata', '@opentelemetry', 'prom-client']) {
    symlinkSync(join(root, 'node_modules', name), join(modules, name));
  }
  const everything = [
    ...entries.map((entry, index) => `export * as entry${index} from '${entry}';`),
    '// @ts-expect-error -- no entry needs the types of browsers',
    'void document;',
  ].join('\n');
  for (const extension of ['mts', 'cts']) {
    writeFileSync(join(folder, `everything.${extension}`), everything);
    for (const file of readdirSync(join(root, 'test/types'))) {
      copyFileSync(join(root, 'test/types', file), join(folder, file.replace(/ts$/, extension)));
    }
  }
  return folder;
}

async function compile(compiler, folder, index, module, moduleResolution, include = ['*.mts', '*.cts']) {
  const compilerOptions = {
    module,
    moduleResolution,
    target: 'es2022',
    lib: ['es2022'], // not that of browsers
    types: ['node'],
    strict: true,
    exactOptionalPropertyTypes: true,
    skipLibCheck: false, // Nest's own types have no error that would have to be overlooked
    experimentalDecorators: true,
    declaration: true,
    noEmit: true,
  };
  const config = join(folder, `tsconfig.${index}.json`);
  writeFileSync(config, JSON.stringify({ compilerOptions, include }));
  try {
    await run(process.execPath, [join(root, compiler, 'bin/tsc'), '--project', config]);
  } catch (error) {
    throw new Error(`${compiler} with ${module} and ${moduleResolution}, in ${folder}:\n${error.stdout}`, {
      cause: error,
    });
  }
}
