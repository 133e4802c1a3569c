import { afterEach, describe, expect, it, jest } from '@jest/globals';
import type { LeaderElectionRecord } from 'nestjs-wait/leader-election';
import { KubernetesLeaseLock, type Lease, type LeaseClient } from 'nestjs-wait/leader-election/kubernetes';
import { failingClient } from './support/answers.js';

const live = (): AbortSignal => new AbortController().signal;
const EPOCH = new Date(0);

/** A lock on a Lease that another tool wrote, and what the lock has written over it. */
function lockOn(lease: unknown): { lock: KubernetesLeaseLock; written: Lease[] } {
  const written: Lease[] = [];
  const client: LeaseClient = {
    readNamespacedLease: async () => lease as Lease,
    createNamespacedLease: async () => ({}),
    replaceNamespacedLease: async ({ body }) => {
      written.push(body);
      return body;
    },
  };
  return { lock: new KubernetesLeaseLock({ name: 'a', namespace: 'default', client }), written };
}

describe('a Lease that another tool wrote', () => {
  const NOBODYS: LeaderElectionRecord = {
    holderIdentity: '',
    leaseDurationSeconds: 0,
    acquireTime: EPOCH,
    renewTime: EPOCH,
    leaderTransitions: 0,
  };

  it.each<[string, unknown, Partial<LeaderElectionRecord>]>([
    ['no spec', undefined, {}],
    ['an empty spec', {}, {}],
    ['a spec that is null', null, {}],
    [
      'fields that are null',
      {
        holderIdentity: null,
        leaseDurationSeconds: null,
        acquireTime: null,
        renewTime: null,
        leaseTransitions: null,
      },
      {},
    ],
    [
      'times that are broken',
      { holderIdentity: 'b', acquireTime: 'x', renewTime: '' },
      { holderIdentity: 'b' },
    ],
    ['a time that is an invalid date', { acquireTime: new Date(NaN), renewTime: new Date(NaN) }, {}],
  ])('with %s can be read, and written again', async (_what, spec, want) => {
    const { lock, written } = lockOn({ metadata: { name: 'a', resourceVersion: '7' }, spec });
    const found = await lock.get(live());
    expect(found).toEqual({ raw: '7', record: { ...NOBODYS, ...want } });
    await lock.update({ ...found!.record, holderIdentity: 'a', leaseDurationSeconds: 15 }, live());
    expect(written).toMatchObject([
      {
        metadata: { name: 'a', resourceVersion: '7' },
        spec: { holderIdentity: 'a', acquireTime: '1970-01-01T00:00:00.000000Z', leaseTransitions: 0 },
      },
    ]);
  });

  it('keeps what the lock does not know', async () => {
    const { lock, written } = lockOn({
      metadata: { resourceVersion: '7', labels: { team: 'x' } },
      spec: { strategy: 'OldestEmulationVersion' },
    });
    const found = await lock.get(live());
    await lock.update(found!.record, live());
    expect(written).toMatchObject([
      { metadata: { labels: { team: 'x' } }, spec: { strategy: 'OldestEmulationVersion' } },
    ]);
  });
});

it('a call is given up though the client knows no signals', async () => {
  const giveUp = new AbortController();
  const readNamespacedLease = (): Promise<Lease> => {
    queueMicrotask(() => giveUp.abort(new Error('given up')));
    return new Promise(() => {});
  };
  const client = failingClient(undefined, { readNamespacedLease });
  const lock = new KubernetesLeaseLock({ name: 'a', namespace: 'default', client });
  await expect(lock.get(giveUp.signal)).rejects.toThrow('given up');
});

it('a call that was given up before asks nobody', async () => {
  const readNamespacedLease = jest.fn<() => Promise<Lease>>().mockResolvedValue({});
  const client = failingClient(undefined, { readNamespacedLease });
  const lock = new KubernetesLeaseLock({ name: 'a', namespace: 'default', client });
  await expect(lock.get(AbortSignal.abort(new Error('given up')))).rejects.toThrow('given up');
  expect(readNamespacedLease).not.toHaveBeenCalled();
});

describe('a lock that is closed', () => {
  it('cancels the call that is under way', async () => {
    const client = failingClient(undefined, { readNamespacedLease: () => new Promise<Lease>(() => {}) });
    const lock = new KubernetesLeaseLock({ name: 'a', namespace: 'default', client });
    const [call] = await Promise.allSettled([lock.get(live()), lock.close()]);
    expect(call).toMatchObject({
      reason: {
        code: 'WAIT_ERR_LOCK_CLOSED',
        message:
          'default/a: the lock is closed, and cannot be opened again. Make a new lock for each application.',
      },
    });
    await expect(lock.prepare()).rejects.toMatchObject({ code: 'WAIT_ERR_LOCK_CLOSED' });
  });

  it('refuses every call, and asks nobody', async () => {
    const asked = jest.fn<() => Promise<Lease>>().mockResolvedValue({});
    const client: LeaseClient = {
      readNamespacedLease: asked,
      createNamespacedLease: asked,
      replaceNamespacedLease: asked,
    };
    const lock = new KubernetesLeaseLock({ name: 'a', namespace: 'default', client });
    const { record } = (await lock.get(live()))!;
    await lock.close();
    const closed = { code: 'WAIT_ERR_LOCK_CLOSED' };
    await expect(lock.update(record, live())).rejects.toMatchObject(closed);
    await expect(lock.get(live())).rejects.toMatchObject(closed);
    await expect(lock.update(record, live())).rejects.toMatchObject(closed);
    await expect(lock.create(record, live())).rejects.toMatchObject(closed);
    expect(asked).toHaveBeenCalledTimes(1);
  });

  it('keeps nothing of a call that has ended', async () => {
    const { lock } = lockOn({});
    const abort = jest.spyOn(AbortController.prototype, 'abort');
    await lock.get(live());
    await lock.close();
    expect(abort).not.toHaveBeenCalled();
    abort.mockRestore();
  });

  it('leaves nothing at the signal of a call', async () => {
    const { lock } = lockOn({});
    const signal = live();
    const added = jest.spyOn(signal, 'addEventListener');
    const removed = jest.spyOn(signal, 'removeEventListener');
    await lock.get(signal);
    expect(removed).toHaveBeenCalledTimes(added.mock.calls.length);
  });
});

describe('the defaults of a lock in a pod', () => {
  const { POD_NAME, POD_NAMESPACE } = process.env;

  afterEach(() => {
    restore('POD_NAME', POD_NAME);
    restore('POD_NAMESPACE', POD_NAMESPACE);
  });

  it('are the name and the namespace of the pod', () => {
    process.env['POD_NAME'] = 'web-0';
    process.env['POD_NAMESPACE'] = 'shop';
    const lock = new KubernetesLeaseLock({ name: 'a', client: undefined, kubeConfig: undefined });
    expect(lock.describe()).toBe('shop/a');
    expect(lock.identity()).toMatch(/^web-0_[-0-9a-f]{36}$/);
  });

  it('are not taken from variables that are empty', () => {
    process.env['POD_NAME'] = '';
    process.env['POD_NAMESPACE'] = '';
    expect(() => new KubernetesLeaseLock({ name: 'a' })).toThrow('namespace must be given outside of a pod');
    expect(new KubernetesLeaseLock({ name: 'a', namespace: 'b' }).identity()).toMatch(
      /^[^_].*_[-0-9a-f]{36}$/,
    );
  });

  it('are refused when they cannot be used', () => {
    process.env['POD_NAMESPACE'] = 'Shop';
    expect(() => new KubernetesLeaseLock({ name: 'a' })).toThrow(/namespace must be .+, not 'Shop'\.$/);
  });
});

function restore(name: string, value: string | undefined): void {
  if (value === undefined) {
    delete process.env[name];
  } else {
    process.env[name] = value;
  }
}
