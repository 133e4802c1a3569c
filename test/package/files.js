// Looks into the files of the package, which .ci/bundle.mjs has joined.
import { buildSync } from 'esbuild';
import { readdirSync, readFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { basename, join } from 'node:path';

// Everybody has these. Of the package's own files, the others are clients' or an entry's alone.
const EVERYBODYS = ['@nestjs/common', '@nestjs/core', 'core.js', 'nest.js', 'rolldown-runtime.js'];

// What reads these looks for a file at run time, and in a bundle there is none.
const PLACES = ['import.meta', 'require.resolve', '__dirname', '__filename'];

/**
 * Throws when a file is missing, is too many, or holds what it should not.
 *
 * @param dist - The folder of the published files.
 * @param entries - The folders of the entries in it. That of the main entry is `.`.
 */
export function checkFiles(dist, entries) {
  const fileOf = (format) => (name) => join(dist, format, name);
  const entryFiles = entries.map((entry) => join(entry, 'index.js'));

  for (const format of ['esm', 'cjs']) {
    // An import costs time by the file.
    const joined = ['core.js', 'nest.js', ...entryFiles].map(fileOf(format));
    const runtime = format === 'cjs' ? [fileOf(format)('rolldown-runtime.js')] : [];
    refuseOthers('A file is not joined', scriptsIn(join(dist, format)), [...joined, ...runtime]);

    const owners = new Map();
    for (const file of joined) {
      const classes = classesIn(file);
      // Of a class that existed twice, Nest would find only one.
      const copies = classes.filter((name) => owners.has(name));
      refuseOthers(`${file} has a copy of a class`, copies, []);
      classes.forEach((name) => owners.set(name, file));
      // Nest shows the names of classes in its log and its errors.
      const renamed = classes.filter((name) => /^_|\W|\d$/.test(name));
      refuseOthers(`${file} has a class under another name`, renamed, []);
    }

    // A bundler looks for every package that a file may load, so only the entries for a client may load one.
    const everybodys = ['core', 'nest', 'index', 'health/index', 'leader-election/index', 'page/index'];
    for (const file of everybodys.map((name) => fileOf(format)(`${name}.js`))) {
      refuseOthers(`${file} loads what only some users have`, read(file).loads, [
        ...EVERYBODYS,
        ...builtinModules,
      ]);
    }
  }

  // The page is strings in a module, so that a bundle needs no file beside it.
  for (const file of ['esm', 'cjs'].map((format) => fileOf(format)('page/index.js'))) {
    const { loads, places } = read(file);
    refuseOthers(`${file} loads what the page does not need`, loads, [...EVERYBODYS, 'crypto', 'os']);
    refuseOthers(`${file} looks for files`, places, []);
  }
  const sources = filesIn(dist).filter((file) => /\/client\/|(?<!\.d)\.tsx?$|\.(?:css|html)$/.test(file));
  refuseOthers('A source is published', sources, []);
}

function refuseOthers(what, found, allowed) {
  const others = found.filter((one) => !allowed.includes(one));
  if (others.length > 0) {
    throw new Error(`${what}: ${others.join(', ')}`);
  }
}

function filesIn(folder) {
  return readdirSync(folder, { recursive: true }).map((file) => join(folder, file));
}

function scriptsIn(folder) {
  return filesIn(folder).filter((file) => file.endsWith('.js'));
}

function classesIn(file) {
  const code = readFileSync(file, 'utf8');
  return Array.from(
    code.matchAll(/^(?:class ([\w$]+)|(?:var|let) ([\w$]+) = class\b)/gm),
    ([, a, b]) => a ?? b,
  );
}

/** Returns what a file loads, packages and files by their names, and which of the places it asks for. */
function read(file) {
  const marks = Object.fromEntries(PLACES.map((place, index) => [place, `PLACE_${index}`]));
  const { metafile, outputFiles } = buildSync({
    entryPoints: [file],
    bundle: true,
    write: false,
    metafile: true,
    platform: 'node',
    format: 'esm',
    external: ['./*', '../*'],
    packages: 'external',
    define: marks,
    logLevel: 'silent',
  });
  const imports = Object.values(metafile.inputs).flatMap((input) => input.imports);
  return {
    loads: imports.map(({ path }) => (path.startsWith('.') ? basename(path) : path.replace(/^node:/, ''))),
    places: PLACES.filter((place) => outputFiles[0].text.includes(marks[place])),
  };
}
