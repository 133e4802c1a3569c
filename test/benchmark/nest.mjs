import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

/**
 * The Nest that a library itself resolves, since an application must not mix two copies of it.
 *
 * @param {string} library - URL of the library's entry.
 */
export async function nestOf(library) {
  const { resolve } = createRequire(library);
  const [core, common] = await Promise.all(
    ['@nestjs/core', '@nestjs/common'].map((name) => import(pathToFileURL(resolve(name)).href)),
  );
  return { ...core, ...common };
}

/** Boots an application context of one root module. */
export function boot({ NestFactory }, imports, providers = []) {
  return NestFactory.createApplicationContext(
    { module: class Root {}, imports, providers },
    { logger: false },
  );
}
