import { hasMethods } from '../../core/values/has-methods.js';
import { optionNames, readOptions, requireOptions } from '../../core/options/read-options.js';
import type { LoopOverrides } from './loop.options.js';

/**
 * Reads the module's `loops`. An entry that is undefined counts as not written, and is left out.
 *
 * @param owner - Names the owner of the option in the error.
 * @throws WaitError `WAIT_ERR_INVALID_OPTION`, naming the loop and the value.
 */
export function readOverrides(owner: string, loops: unknown): Readonly<Record<string, LoopOverrides>> {
  const what = `${owner}: loops`;
  const object = requireOptions(loops, `${what} must be an object with options by the names of loops`);
  const overrides = readOptions(what, object, optionNames(what, object));
  for (const [name, options] of Object.entries(overrides)) {
    requireOptions(options, `${what}['${name}'] must be an options object`, remedyFor(options));
  }
  return overrides as Readonly<Record<string, LoopOverrides>>;
}

function remedyFor(options: unknown): string {
  if (options === false) {
    return 'Write { enabled: false } to switch the loop off.';
  }
  return hasMethods(options, 'then') ? 'Await it before.' : '';
}
