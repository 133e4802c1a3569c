import { loadPackage } from '../leader-election/load-package.js';

/** What `prom-client` exports. */
export type PromClient = typeof import('prom-client');

/**
 * Loads the client when the application starts, so that an import of this entry does not need it.
 *
 * @throws WaitError `WAIT_ERR_MISSING_PACKAGE` when it is not installed, or cannot be loaded.
 */
export function loadPromClient(owner: string): Promise<PromClient> {
  return loadPackage(owner, { 'prom-client': () => import('prom-client') });
}
