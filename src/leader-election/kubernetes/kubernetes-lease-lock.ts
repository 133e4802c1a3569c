import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { WaitError } from '../../core/errors.js';
import { OptionReader } from '../../core/options/option-reader.js';
import { defaultIdentity } from '../identity.js';
import { loadPackage } from '../load-package.js';
import { lockConflict } from '../lock-conflict.js';
import type { LeaderElectionRecord, ResourceLock, LockedRecord } from '../resource-lock.js';
import { unlessAborted } from '../unless-aborted.js';

/** The part of a `Lease` that the lock reads and writes; whatever else the object holds is kept. */
export interface Lease {
  apiVersion?: string;
  kind?: string;
  metadata?: { name?: string; namespace?: string; resourceVersion?: string };
  spec?: {
    holderIdentity?: string;
    leaseDurationSeconds?: number;
    acquireTime?: string | Date;
    renewTime?: string | Date;
    leaseTransitions?: number;
  };
}

/** What the lock needs of a `CoordinationV1Api` of `@kubernetes/client-node`. */
export interface LeaseClient {
  readNamespacedLease(request: { name: string; namespace: string }, options?: object): Promise<Lease>;
  createNamespacedLease(request: { namespace: string; body: Lease }, options?: object): Promise<Lease>;
  replaceNamespacedLease(
    request: { name: string; namespace: string; body: Lease },
    options?: object,
  ): Promise<Lease>;
}

/** What the lock needs of a `KubeConfig` of `@kubernetes/client-node`. */
export interface LeaseKubeConfig {
  makeApiClient(apiClientType: never): object;
}

/** Says which lease to use, and how to reach it. */
export interface KubernetesLeaseLockOptions {
  /** The lease's name. */
  readonly name: string;
  /** The lease's namespace; default: the pod's own, from `POD_NAMESPACE` or the service account. */
  readonly namespace?: string;
  /**
   * The identity of this candidate; default: the pod's name, from `POD_NAME` or else the host's name, and a
   * UUID. No two candidates may share one.
   */
  readonly identity?: string;
  /** A `CoordinationV1Api`; default: one that is made from `kubeConfig`. */
  readonly client?: LeaseClient;
  /**
   * A `KubeConfig`; default: the one of the pod's service account or of `~/.kube/config`. Without a `client`,
   * the package `@kubernetes/client-node` is needed.
   */
  readonly kubeConfig?: LeaseKubeConfig;
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
const [NOT_FOUND, CONFLICT] = [404, 409];

/**
 * Keeps the lease in a `Lease` of `coordination.k8s.io/v1`.
 *
 * Counterpart of `resourcelock.LeaseLock` in k8s.io/client-go.
 *
 * **Details.** The object is replaced under its `resourceVersion`, together with everything else that it
 * holds. The fencing token is the `resourceVersion` of the term's first write. etcd counts it up over all
 * objects, so it grows from term to term, even when the lease is deleted and created again. The service
 * account needs this role:
 *
 * ```yaml
 * apiVersion: rbac.authorization.k8s.io/v1
 * kind: Role
 * metadata: { name: leader-election }
 * rules:
 *   - { apiGroups: [coordination.k8s.io], resources: [leases], verbs: [create] }
 *   - apiGroups: [coordination.k8s.io]
 *     resources: [leases]
 *     resourceNames: [outbox]
 *     verbs: [get, update]
 * ```
 *
 * **Gotchas.** A lease lasts a whole number of seconds, at least one. The other candidates see a fraction
 * rounded up, and a shorter lease is refused. The token starts lower when etcd is restored from a backup.
 * Kubernetes has promised since 1.35 that resource versions can be compared; every earlier release has
 * behaved like that too.
 *
 * **Differs from Go.** The identity defaults to the pod's name and a UUID. Unknown fields of the spec are
 * kept, as long as the client passes them on.
 *
 * @example
 * const lock = new KubernetesLeaseLock({ name: 'outbox' });
 */
export class KubernetesLeaseLock implements ResourceLock {
  readonly minLeaseDuration = 1000;
  private readonly options: KubernetesLeaseLockOptions;
  private readonly name: string;
  private readonly namespace: string;
  private readonly id: string;
  private loading: Promise<LeaseClient> | undefined;
  private seen: Lease | undefined;
  private term: string | undefined;
  private token: string | undefined;

  /**
   * @param options - See {@link KubernetesLeaseLockOptions}.
   * @throws WaitError `WAIT_ERR_INVALID_OPTION` when an option cannot be used, as when there is no name, or
   *   no namespace outside of a pod.
   */
  constructor(options: KubernetesLeaseLockOptions) {
    const reader = OptionReader.of('KubernetesLeaseLock', options, OPTION_NAMES);
    const podsOwn = podNamespace();
    if (reader.value('namespace') === undefined && !podsOwn) {
      throw invalid('namespace must be given outside of a pod');
    }
    reader.object('client', 'a CoordinationV1Api', ...CLIENT_METHODS);
    reader.object('kubeConfig', 'a KubeConfig', 'makeApiClient');
    this.options = reader.written as unknown as KubernetesLeaseLockOptions;
    this.name = reader.string('name');
    this.namespace = reader.string('namespace', podsOwn);
    this.id = reader.string('identity', podIdentity() ?? defaultIdentity());
  }

  async get(signal: AbortSignal): Promise<LockedRecord | undefined> {
    this.seen = undefined;
    const { name, namespace } = this;
    try {
      this.seen = await this.call(signal, (client, options) =>
        client.readNamespacedLease({ name, namespace }, options),
      );
    } catch (error) {
      if (statusOf(error) === NOT_FOUND) {
        return undefined;
      }
      throw error;
    }
    const { spec = {}, metadata } = this.seen;
    const record: LeaderElectionRecord = {
      holderIdentity: spec.holderIdentity ?? '',
      leaseDurationSeconds: spec.leaseDurationSeconds ?? 0,
      acquireTime: new Date(spec.acquireTime ?? 0),
      renewTime: new Date(spec.renewTime ?? 0),
      leaderTransitions: spec.leaseTransitions ?? 0,
    };
    return { record, raw: metadata?.resourceVersion ?? '' };
  }

  async create(record: LeaderElectionRecord, signal: AbortSignal): Promise<void> {
    const { name, namespace } = this;
    this.term = undefined; // even when an earlier record had the same marks
    const lease: Lease = {
      apiVersion: 'coordination.k8s.io/v1',
      kind: 'Lease',
      metadata: { name, namespace },
    };
    await this.write(lease, record, signal, (client, body, options) =>
      client.createNamespacedLease({ namespace, body }, options),
    );
  }

  async update(record: LeaderElectionRecord, signal: AbortSignal): Promise<void> {
    const { name, namespace } = this;
    if (this.seen === undefined) {
      throw lockConflict(this.describe());
    }
    await this.write(this.seen, record, signal, (client, body, options) =>
      client.replaceNamespacedLease({ name, namespace, body }, options),
    );
  }

  recordEvent(): void {
    // An Event would need the right to create it.
  }

  identity(): string {
    return this.id;
  }

  describe(): string {
    return `${this.namespace}/${this.name}`;
  }

  /**
   * Returns the resource version with which this candidate's latest term began. It is a decimal number;
   * compare it as a `bigint`, not as a text.
   */
  fencingToken(): string | undefined {
    return this.token;
  }

  private async write(
    lease: Lease,
    record: LeaderElectionRecord,
    signal: AbortSignal,
    send: (client: LeaseClient, body: Lease, options: object) => Promise<Lease>,
  ): Promise<void> {
    const { holderIdentity, leaseDurationSeconds, leaderTransitions } = record;
    this.seen = undefined; // until this write is known to have succeeded
    const spec = {
      ...lease.spec,
      holderIdentity,
      leaseDurationSeconds: Math.ceil(leaseDurationSeconds),
      acquireTime: microTime(record.acquireTime),
      renewTime: microTime(record.renewTime),
      leaseTransitions: leaderTransitions,
    };
    let written: Lease;
    try {
      written = await this.call(signal, (client, options) => send(client, { ...lease, spec }, options));
    } catch (error) {
      throw [NOT_FOUND, CONFLICT].includes(statusOf(error))
        ? lockConflict(this.describe(), { cause: error })
        : error;
    }
    this.seen = written;
    // The term's marks decide, not the record that was there before: the write that began the term may have
    // succeeded without an answer.
    const term = `${holderIdentity} ${spec.acquireTime} ${leaderTransitions}`;
    if (term !== this.term) {
      this.term = term;
      this.token = written.metadata?.resourceVersion;
    }
  }

  private async call<T>(
    signal: AbortSignal,
    request: (client: LeaseClient, options: object) => Promise<T>,
  ): Promise<T> {
    signal.throwIfAborted();
    const client = this.options.client ?? (await this.load());
    return unlessAborted(signal, request(client, cancelledBy(signal)));
  }

  private load(): Promise<LeaseClient> {
    this.loading ??= this.newClient().catch((error: unknown) => {
      this.loading = undefined; // the next call tries again
      throw error;
    });
    return this.loading;
  }

  private async newClient(): Promise<LeaseClient> {
    const { CoordinationV1Api, KubeConfig } = await loadPackage('KubernetesLeaseLock', {
      '@kubernetes/client-node': () => import('@kubernetes/client-node'),
    });
    let kubeConfig = this.options.kubeConfig;
    if (kubeConfig === undefined) {
      const found = new KubeConfig();
      found.loadFromDefault();
      kubeConfig = found;
    }
    return kubeConfig.makeApiClient(CoordinationV1Api as never) as LeaseClient;
  }
}

/**
 * Passes a signal to client-node, which takes one only through a middleware. The middleware's `pre` and
 * `post` return a promise in an `Observable`, of which only `toPromise` is used.
 */
function cancelledBy(signal: AbortSignal): object {
  const observable = (value: unknown): object => ({ toPromise: () => Promise.resolve(value) });
  const pre = (context: { setSignal(signal: AbortSignal): void }): object => {
    context.setSignal(signal);
    return observable(context);
  };
  return { middleware: [{ pre, post: observable }], middlewareMergeStrategy: 'append' };
}

/** A plain `Date` prints three digits after the decimal point; the API server wants six. */
function microTime(date: Date): string {
  return date.toISOString().replace('Z', '000Z');
}

function statusOf(error: unknown): number {
  return Number((error as { code?: unknown } | undefined)?.code);
}

function podIdentity(): string | undefined {
  const { POD_NAME } = process.env;
  return POD_NAME === undefined ? undefined : `${POD_NAME}_${randomUUID()}`;
}

function podNamespace(): string | undefined {
  try {
    return process.env['POD_NAMESPACE'] ?? readFileSync(SERVICE_ACCOUNT_NAMESPACE, 'utf8').trim();
  } catch {
    return undefined;
  }
}

function invalid(what: string): WaitError {
  return new WaitError('WAIT_ERR_INVALID_OPTION', `KubernetesLeaseLock: ${what}.`);
}
