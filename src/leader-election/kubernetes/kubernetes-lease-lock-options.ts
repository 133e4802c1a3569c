import { readFileSync } from 'node:fs';
import { WaitError } from '../../core/errors.js';
import { OptionReader } from '../../core/options/option-reader.js';
import { show } from '../../core/values/show.js';
import { defaultIdentity } from '../identity.js';
import type { LeaseClient, LeaseKubeConfig } from './lease-client.js';

/** Says which lease to use, and how to reach it. */
export interface KubernetesLeaseLockOptions {
  /**
   * The lease's name, as Kubernetes takes it: up to 253 lower-case letters, digits, `-` and `.`, with a
   * letter or a digit at both ends of every part.
   */
  readonly name: string;
  /**
   * The lease's namespace: up to 63 lower-case letters, digits and `-`; default: the pod's own, from
   * `POD_NAMESPACE` or the service account.
   */
  readonly namespace?: string | undefined;
  /**
   * The identity of this candidate; default: the pod's name, from `POD_NAME` or else the host's name, and a
   * UUID. No two candidates may share one.
   */
  readonly identity?: string | undefined;
  /** A `CoordinationV1Api`, in place of a `kubeConfig`; default: one that is made from the configuration. */
  readonly client?: LeaseClient | undefined;
  /**
   * A `KubeConfig`; default: what `KUBECONFIG` names, `~/.kube/config`, or the pod's service account, looked
   * for in this order. Without a `client`, the package `@kubernetes/client-node` is needed. Its version 2
   * needs Node 22.19.
   */
  readonly kubeConfig?: LeaseKubeConfig | undefined;
}

/** The options of a lock, checked, and with their defaults. */
export interface LeaseLockSettings {
  readonly name: string;
  readonly namespace: string;
  readonly identity: string;
  readonly client: LeaseClient | undefined;
  readonly kubeConfig: LeaseKubeConfig | undefined;
}

const OPTION_NAMES: readonly string[] = [
  'name',
  'namespace',
  'identity',
  'client',
  'kubeConfig',
] satisfies readonly (keyof KubernetesLeaseLockOptions)[];

const SERVICE_ACCOUNT_NAMESPACE = '/var/run/secrets/kubernetes.io/serviceaccount/namespace';
const CLIENT_METHODS = ['readNamespacedLease', 'createNamespacedLease', 'replaceNamespacedLease'];
const LABEL = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;
const [LONGEST_NAME, LONGEST_LABEL] = [253, 63];
const LABEL_RULE = `1 to ${LONGEST_LABEL} of a-z, 0-9 and -, with a letter or a digit at both ends`;
const NAME_RULE = `1 to ${LONGEST_NAME} of a-z, 0-9, - and ., with a letter or a digit at both ends of each part`;

/**
 * Checks the options of a lock.
 *
 * @throws WaitError `WAIT_ERR_INVALID_OPTION`.
 */
export function readLeaseLockOptions(options: KubernetesLeaseLockOptions): LeaseLockSettings {
  const reader = OptionReader.of('KubernetesLeaseLock', options, OPTION_NAMES);
  const podsOwn = podNamespace();
  if (reader.value('namespace') === undefined && podsOwn === undefined) {
    throw invalid('namespace must be given outside of a pod');
  }
  const client = reader.object('client', 'a CoordinationV1Api', ...CLIENT_METHODS);
  const kubeConfig = reader.object('kubeConfig', 'a KubeConfig', 'makeApiClient');
  if (client !== undefined && kubeConfig !== undefined) {
    throw invalid('client and kubeConfig must not both be given; leave out kubeConfig');
  }
  const name = reader.string('name');
  if (name.length > LONGEST_NAME || !name.split('.').every((part) => LABEL.test(part))) {
    throw invalid(`name must be ${NAME_RULE}, not ${show(name)}`);
  }
  const namespace = reader.string('namespace', podsOwn);
  if (namespace.length > LONGEST_LABEL || !LABEL.test(namespace)) {
    throw invalid(`namespace must be ${LABEL_RULE}, not ${show(namespace)}`);
  }
  return {
    name,
    namespace,
    identity: reader.string('identity', defaultIdentity(process.env['POD_NAME'] || undefined)),
    client: client as LeaseClient | undefined,
    kubeConfig: kubeConfig as LeaseKubeConfig | undefined,
  };
}

function podNamespace(): string | undefined {
  try {
    return (
      process.env['POD_NAMESPACE'] || readFileSync(SERVICE_ACCOUNT_NAMESPACE, 'utf8').trim() || undefined
    );
  } catch {
    return undefined;
  }
}

function invalid(what: string): WaitError {
  return new WaitError('WAIT_ERR_INVALID_OPTION', `KubernetesLeaseLock: ${what}.`);
}
