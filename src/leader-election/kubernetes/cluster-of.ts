import { read } from '../../core/values/error-text.js';
import type { LeaseLockSettings } from './kubernetes-lease-lock-options.js';
import type { LeaseKubeConfig } from './lease-client.js';

/**
 * Says which cluster a lock writes to, to be compared: the URL of the API server, without a user and a
 * password; the user's own client; or, where it is only known when the lock is used, a fixed text.
 */
export function clusterOf({ client, kubeConfig }: Pick<LeaseLockSettings, 'client' | 'kubeConfig'>): unknown {
  return client ?? (kubeConfig === undefined ? 'the default configuration' : serverOf(kubeConfig));
}

function serverOf(kubeConfig: LeaseKubeConfig): unknown {
  try {
    const { protocol, host, pathname } = new URL(String(read(kubeConfig.getCurrentCluster?.(), 'server')));
    return `${protocol}//${host}${pathname.replace(/\/$/, '')}`;
  } catch {
    return kubeConfig;
  }
}
