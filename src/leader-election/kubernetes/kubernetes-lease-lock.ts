import { LockCalls } from '../lock-calls.js';
import { lockConflict } from '../lock-conflict.js';
import type { LeaderElectionRecord, ResourceLock, LockedRecord } from '../resource-lock.js';
import { unlessAborted } from '../unless-aborted.js';
import { cancelledBy } from './cancelled-by.js';
import { clusterOf } from './cluster-of.js';
import {
  readLeaseLockOptions,
  type KubernetesLeaseLockOptions,
  type LeaseLockSettings,
} from './kubernetes-lease-lock-options.js';
import type { Lease, LeaseClient } from './lease-client.js';
import { recordOf, withRecord } from './lease-record.js';
import { newClient } from './new-client.js';
import { isAbsent, refusal, type Verb } from './refusal.js';

type Request<T> = (client: LeaseClient, options: object) => Promise<T>;

/**
 * Keeps the lease in a `Lease` of `coordination.k8s.io/v1`.
 *
 * Counterpart of `resourcelock.LeaseLock` in k8s.io/client-go.
 *
 * **Details.** The object is replaced under its `resourceVersion`, together with everything else that it
 * holds. The fencing token is the `resourceVersion` of the term's first write. etcd counts it up over all
 * objects, so it grows from term to term, even when the lease is deleted and created again. When the API
 * server refuses a call or is not reached, the call rejects with `WAIT_ERR_LEADER_ELECTION`, whose text says
 * why and whose `cause` is the client's error. The service account needs this role:
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
 * behaved like that too. Version 2 of client-node cannot cancel a handshake: a call that is given up leaves
 * its connection open, and the process with it, for up to ten seconds.
 *
 * **Differs from Go.** The identity defaults to the pod's name and a UUID. Unknown fields of the spec are
 * kept, as long as the client passes them on.
 *
 * @example
 * const lock = new KubernetesLeaseLock({ name: 'outbox' });
 */
export class KubernetesLeaseLock implements ResourceLock {
  readonly minLeaseDuration = 1000;
  private readonly settings: LeaseLockSettings;
  private readonly calls: LockCalls;
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
    this.settings = readLeaseLockOptions(options);
    this.calls = new LockCalls(this.describe());
  }

  /**
   * Loads `@kubernetes/client-node` and the configuration, unless a `client` was given. It connects to
   * nothing.
   *
   * @throws WaitError `WAIT_ERR_MISSING_PACKAGE`; `WAIT_ERR_LEADER_ELECTION` when there is no configuration,
   *   or one that cannot be used; `WAIT_ERR_LOCK_CLOSED` (each a rejection). A later call tries again.
   */
  async prepare(): Promise<void> {
    this.calls.requireOpen();
    await this.client();
  }

  async get(signal: AbortSignal): Promise<LockedRecord | undefined> {
    this.seen = undefined;
    const { name, namespace } = this.settings;
    this.seen = await this.call('get', signal, async (client, options) => {
      try {
        return await client.readNamespacedLease({ name, namespace }, options);
      } catch (error) {
        if (isAbsent(error)) {
          return undefined;
        }
        throw error;
      }
    });
    return this.seen && { record: recordOf(this.seen), raw: this.seen.metadata?.resourceVersion ?? '' };
  }

  async create(record: LeaderElectionRecord, signal: AbortSignal): Promise<void> {
    const { name, namespace } = this.settings;
    this.term = undefined; // even when an earlier record had the same marks
    const body = withRecord(
      { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata: { name, namespace } },
      record,
    );
    await this.write('create', record, signal, (client, options) =>
      client.createNamespacedLease({ namespace, body }, options),
    );
  }

  async update(record: LeaderElectionRecord, signal: AbortSignal): Promise<void> {
    const { name, namespace } = this.settings;
    this.calls.requireOpen();
    if (this.seen === undefined) {
      throw lockConflict(this.describe());
    }
    const body = withRecord(this.seen, record);
    await this.write('update', record, signal, (client, options) =>
      client.replaceNamespacedLease({ name, namespace, body }, options),
    );
  }

  recordEvent(): void {
    // An Event would need the right to create it.
  }

  identity(): string {
    return this.settings.identity;
  }

  describe(): string {
    return `${this.settings.namespace}/${this.settings.name}`;
  }

  target(): readonly unknown[] {
    return ['KubernetesLeaseLock', clusterOf(this.settings), this.settings.namespace, this.settings.name];
  }

  /**
   * Returns the resource version with which this candidate's latest term began. It is a decimal number;
   * compare it as a `bigint`, not as a text.
   */
  fencingToken(): string | undefined {
    return this.token;
  }

  get closed(): boolean {
    return this.calls.closed;
  }

  /** Cancels the call that is under way. The lock keeps no connection between two calls. */
  close(): Promise<void> {
    return this.calls.close();
  }

  private async write(
    verb: Verb,
    record: LeaderElectionRecord,
    signal: AbortSignal,
    request: Request<Lease>,
  ): Promise<void> {
    this.seen = undefined; // until this write is known to have succeeded
    this.seen = await this.call(verb, signal, request);
    // The term's marks decide, not the record that was there before: the write that began the term may have
    // succeeded without an answer.
    const { holderIdentity, acquireTime, leaderTransitions } = record;
    const term = `${holderIdentity} ${acquireTime.toISOString()} ${leaderTransitions}`;
    if (term !== this.term) {
      this.term = term;
      this.token = this.seen.metadata?.resourceVersion;
    }
  }

  private call<T>(verb: Verb, signal: AbortSignal, request: Request<T>): Promise<T> {
    return this.calls.make(signal, async (ctx) => {
      const client = await unlessAborted(ctx, this.client());
      return unlessAborted(
        ctx,
        this.ask(verb, async () => request(client, cancelledBy(ctx))),
      );
    });
  }

  private async ask<T>(verb: Verb, request: () => Promise<T>): Promise<T> {
    try {
      return await request();
    } catch (error) {
      throw refusal(verb, this.settings, error);
    }
  }

  private async client(): Promise<LeaseClient> {
    const { client, kubeConfig } = this.settings;
    if (client !== undefined) {
      return client;
    }
    this.loading ??= newClient(kubeConfig).catch((error: unknown) => {
      this.loading = undefined; // the next call tries again
      throw error;
    });
    return this.loading;
  }
}
