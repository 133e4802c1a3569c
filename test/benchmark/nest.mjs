import { peerOf } from './peer.mjs';

/**
 * The Nest that a library itself resolves.
 *
 * @param {string} library - URL of the library's entry.
 */
export async function nestOf(library) {
  const [core, common] = await Promise.all([
    peerOf(library, '@nestjs/core'),
    peerOf(library, '@nestjs/common'),
  ]);
  return { ...core, ...common };
}

/** Boots an application context of one root module. */
export function boot({ NestFactory }, imports, providers = []) {
  return NestFactory.createApplicationContext(
    { module: class Root {}, imports, providers },
    { logger: false },
  );
}
