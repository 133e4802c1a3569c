import { WaitError } from '../../core/errors.js';
import { messageOf, read } from '../../core/values/error-text.js';
import { loadPackage } from '../load-package.js';
import type { LeaseClient, LeaseKubeConfig } from './lease-client.js';

const OWNER = 'KubernetesLeaseLock';
const SERVICE_ACCOUNT = '/var/run/secrets/kubernetes.io/serviceaccount';

/** What `loadFromDefault` of client-node makes up where it finds no configuration. */
const MADE_UP = { context: 'loaded-context', server: 'http://localhost:8080' };

/** The part of a `KubeConfig` that says whether it has found anything. */
interface Contents {
  readonly currentContext?: string;
  readonly clusters?: readonly { readonly server: string; readonly skipTLSVerify?: boolean }[];
}

/**
 * Loads `@kubernetes/client-node` and makes a client of it, which connects to nothing yet.
 *
 * @param given - The user's configuration; default: the one that client-node finds.
 * @throws WaitError `WAIT_ERR_MISSING_PACKAGE`; `WAIT_ERR_LEADER_ELECTION` when the configuration cannot be
 *   read or names no cluster.
 */
export async function newClient(given?: LeaseKubeConfig): Promise<LeaseClient> {
  const { CoordinationV1Api, KubeConfig } = await loadPackage(OWNER, {
    '@kubernetes/client-node': () => import('@kubernetes/client-node'),
  });
  const config: LeaseKubeConfig = given ?? found(new KubeConfig());
  requireConfiguration(config);
  try {
    return config.makeApiClient(CoordinationV1Api as never) as LeaseClient;
  } catch (error) {
    throw refused(
      `the configuration names no cluster to talk to (${messageOf(error)}). Check its current-context, and the cluster that this context names.`,
      error,
    );
  }
}

function found<T extends { loadFromDefault(): void }>(config: T): T {
  try {
    config.loadFromDefault();
    return config;
  } catch (error) {
    const file = process.env['KUBECONFIG'] ? `KUBECONFIG (${process.env['KUBECONFIG']})` : '~/.kube/config';
    // The message and the cause of a parser are left out: they quote the file, which may hold a token.
    const reason = read(error, 'reason');
    throw typeof reason === 'string'
      ? refused(`${file} is no kubeconfig: ${reason}${lineOf(error)}. Mend the file.`)
      : refused(
          `${file} cannot be read: ${messageOf(error)}. Mend it, or give the option kubeConfig.`,
          error,
        );
  }
}

function lineOf(error: unknown): string {
  const line = read(read(error, 'mark'), 'line');
  return typeof line === 'number' ? ` in line ${line + 1}` : '';
}

function requireConfiguration(config: object): void {
  const { currentContext, clusters: [cluster] = [] } = config as Contents;
  if (
    currentContext === MADE_UP.context &&
    cluster?.server === MADE_UP.server &&
    cluster.skipTLSVerify !== true
  ) {
    throw refused(
      `there is no configuration for a cluster: KUBECONFIG is not set, there is no ~/.kube/config, and no service account in ${SERVICE_ACCOUNT}. Run this in a pod, set KUBECONFIG, or give the option kubeConfig.`,
    );
  }
}

function refused(what: string, cause?: unknown): WaitError {
  return new WaitError('WAIT_ERR_LEADER_ELECTION', `${OWNER}: ${what}`, cause === undefined ? {} : { cause });
}
