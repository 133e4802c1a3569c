// Builds the package in a clone whose path has the folders that the build looks for in its own.
import { cpSync, mkdirSync, readdirSync, readFileSync, realpathSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { root, run } from './project.js';

// Of `dist`, only the types: all else is made anew.
const COPIED = ['.ci', 'src', 'package.json', 'tsconfig.json', 'dist', 'node_modules/ms'];
const LINKED = ['node_modules/rolldown', 'node_modules/typescript'];

/** Throws when the files of the package depend on where its repository is. */
export function checkElsewhere(project) {
  const clone = join(realpathSync(project), 'node_modules/src/core/src/nest/nestjs-wait');
  mkdirSync(join(clone, 'node_modules'), { recursive: true });
  const isMade = (path) => path.startsWith(join(root, 'dist')) && /\.js(?:\.map)?$/.test(path);
  COPIED.forEach((path) =>
    cpSync(join(root, path), join(clone, path), { recursive: true, filter: (file) => !isMade(file) }),
  );
  LINKED.forEach((path) => symlinkSync(join(root, path), join(clone, path)));
  run(process.execPath, ['.ci/bundle.mjs'], clone);

  const [here, there] = [root, clone].map((folder) => filesOf(join(folder, 'dist')));
  const names = [...new Set([...here.keys(), ...there.keys()])];
  const others = names.filter((name) => here.get(name) !== there.get(name));
  if (others.length > 0) {
    throw new Error(`Built in ${clone}, these files differ: ${others.join(', ')}`);
  }
  console.log(`the build is the same in a folder src or node_modules: ${names.length} files`);
}

function filesOf(folder) {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name));
  return new Map(files.map((file) => [file.slice(folder.length + 1), readFileSync(file, 'utf8')]));
}
