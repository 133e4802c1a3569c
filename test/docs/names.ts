import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './page.js';

/** The options of `WaitModule.forRoot`. */
export function moduleOptions(): string[] {
  return namesIn(
    'src/nest/declare/wait.options.ts',
    'interface WaitModuleOptions {',
    /^ {2}readonly (\w+)\?/gm,
  );
}

/** The codes of `WaitError`. */
export function errorCodes(): string[] {
  return namesIn('src/core/errors.ts', 'type WaitErrorCode', /'(WAIT_ERR_\w+)'/g);
}

/** Finds names in the declaration that begins with these words. */
function namesIn(file: string, beginning: string, pattern: RegExp): string[] {
  const [, rest = ''] = readFileSync(join(root, file), 'utf8').split(beginning);
  const [declaration = ''] = rest.split(/^\}|;\n\n/m);
  const names = Array.from(declaration.matchAll(pattern), ([, name]) => name!);
  if (names.length < 10) {
    throw new Error(`${file} has no declaration that begins with '${beginning}'.`);
  }
  return names;
}
