import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

/**
 * Imports a package as a library itself resolves it, since an application must not mix two copies.
 *
 * @param {string} library - URL of the library's entry.
 * @param {string} name
 */
export function peerOf(library, name) {
  return import(pathToFileURL(createRequire(library).resolve(name)).href);
}
