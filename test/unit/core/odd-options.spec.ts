import { afterEach, describe, expect, it } from '@jest/globals';
import {
  Backoff,
  BackoffUntil,
  ExponentialBackoffManager,
  Forever,
  JitteredBackoffManager,
  JitterUntil,
  NonSlidingUntil,
  Until,
  WaitError,
  jitter,
  pollUntilContextCancel,
  pollUntilContextTimeout,
  until,
} from 'nestjs-wait';
import { InMemoryLock, InMemoryLockStore, LeaderElector } from 'nestjs-wait/leader-election';
import { KubernetesLeaseLock } from 'nestjs-wait/leader-election/kubernetes';
import { PostgresLock } from 'nestjs-wait/leader-election/postgres';
import { RedisLock } from 'nestjs-wait/leader-election/redis';
import { FakeClock } from 'nestjs-wait/testing';
import { resolveLoop } from '../../../src/nest/declare/resolve-loop.js';
import { updateLoop } from '../../../src/nest/declare/update-loop.js';
import { WaitSettings } from '../../../src/nest/declare/wait.settings.js';
import { oddValues } from '../../support/odd-values.js';

type Options = Record<string, unknown>;

const idle = (): void => undefined;
const random = (): number => 0.5;
const clock = new FakeClock();
const numbers = { initial: 1, max: 1, reset: 1, factor: 1, jitter: 1 };
const callbacks = { onStartedLeading: idle, onStoppedLeading: idle };
const loopOptions = {
  name: 'a',
  clock,
  random,
  unref: true,
  crashHandlers: [],
  reallyCrash: true,
};
const common = {
  name: 'a',
  enabled: true,
  immediate: true,
  initialDelay: 1,
  workers: 1,
  leaderOnly: true,
  timeout: 1,
  hungAfter: 1,
  failureBackoff: true,
  pauseAfterFailures: 1,
  metricsName: 'a',
};
const failureBackoff = { initial: 1, max: 1, factor: 1, jitter: 1 };
const defaults = { timeout: 1, hungAfter: 1, failureBackoff, initialDelay: 1 };
const election = {
  lock: new InMemoryLock(),
  leaseDuration: '15s',
  renewDeadline: '10s',
  retryPeriod: '2s',
  releaseOnCancel: true,
  name: 'a',
};
/** Decorates a method. */
const decorated =
  (decorator: (options: never) => unknown) =>
  (options: never): void => {
    class X {
      tick(): void {}
    }
    const decorate = decorator(options) as MethodDecorator;
    decorate(X.prototype, 'tick', Object.getOwnPropertyDescriptor(X.prototype, 'tick') as PropertyDescriptor);
  };
const settings = (options: unknown): unknown => new WaitSettings(options, clock, random).get();

/** Everything that takes options, with all of them. */
const takers: [taker: string, take: (options: never) => unknown, valid: Options][] = [
  [
    'until',
    (options) => until(idle, 1, AbortSignal.abort(), options),
    { ...loopOptions, immediate: false, initialDelay: 1 },
  ],
  [
    'pollUntilContextCancel',
    (options) => pollUntilContextCancel(neverAborts(), 1, true, () => true, options),
    loopOptions,
  ],
  [
    'pollUntilContextTimeout',
    (options) => pollUntilContextTimeout(neverAborts(), 1, 1, true, () => true, options),
    loopOptions,
  ],
  ['Backoff', (options) => new Backoff(options), { duration: 1, factor: 1, jitter: 1, steps: 1, cap: 1 }],
  ['the sources of Backoff', (options) => new Backoff({ duration: 1 }, options), { random }],
  ['ExponentialBackoffManager', (options) => new ExponentialBackoffManager(options), numbers],
  [
    'the sources of ExponentialBackoffManager',
    (options) => new ExponentialBackoffManager(numbers, options),
    { clock, random, name: 'a' },
  ],
  [
    'the sources of JitteredBackoffManager',
    (options) => new JitteredBackoffManager(1, 1, options),
    { random, name: 'a' },
  ],
  ['Until', decorated(Until), { period: 1, ...common }],
  ['NonSlidingUntil', decorated(NonSlidingUntil), { period: 1, ...common }],
  ['Forever', decorated(Forever), { period: 1, ...common }],
  ['JitterUntil', decorated(JitterUntil), { period: 1, jitter: 1, sliding: true, ...common }],
  ['BackoffUntil', decorated(BackoffUntil), { ...numbers, sliding: true, ...common }],
  [
    'failureBackoff',
    (options) => decorated(Until)({ period: 1, failureBackoff: options } as never),
    failureBackoff,
  ],
  ['defaults', (options) => settings({ defaults: options }), defaults],
  [
    'failureBackoff of defaults',
    (options) => settings({ defaults: { failureBackoff: options } }),
    failureBackoff,
  ],
  [
    'update',
    (options) => updateLoop(resolveLoop('BackoffUntil', 'a', {}), options),
    { ...numbers, timeout: 1, hungAfter: 1, failureBackoff, pauseAfterFailures: 1 },
  ],
  [
    'WaitModule',
    settings,
    {
      enabled: true,
      shutdownTimeout: 1,
      reallyCrash: true,
      crashHandlers: [],
      logFailures: true,
      logger: { log: idle, warn: idle, error: idle },
      defaults,
      loops: {},
      leaderElection: [],
      exitOnHung: true,
      requestContext: idle,
    },
  ],
  ['leaderElection', (options) => settings({ leaderElection: options }), election],
  ['LeaderElector', (options) => new LeaderElector(options), { ...election, stopTimeout: 1, callbacks }],
  [
    'the sources of LeaderElector',
    (options) => new LeaderElector({ lock: new InMemoryLock(), callbacks }, options),
    { clock, random, crashHandlers: [], logger: { warn: idle }, openWindows: false },
  ],
  [
    'InMemoryLock',
    (options) => new InMemoryLock(options),
    { store: new InMemoryLockStore(), name: 'a', identity: 'b' },
  ],
  [
    'PostgresLock',
    (options) => new PostgresLock(options),
    { name: 'a', connection: 'postgres://', table: 'b', schema: 'c', identity: 'd' },
  ],
  [
    'PostgresLock with a pool',
    (options) => new PostgresLock(options),
    { name: 'a', pool: { connect: idle } },
  ],
  ['RedisLock', (options) => new RedisLock(options), { key: 'a', url: 'redis://db', identity: 'b' }],
  ['RedisLock with a client', (options) => new RedisLock(options), { key: 'a', client: { eval: idle } }],
  [
    'KubernetesLeaseLock',
    (options) => new KubernetesLeaseLock(options),
    { name: 'a', namespace: 'b', identity: 'c', kubeConfig: { makeApiClient: idle } },
  ],
];

function neverAborts(): AbortSignal {
  return new AbortController().signal;
}

/** What a call throws or rejects with; `undefined` when it takes what it was given. */
async function refusal(call: () => unknown): Promise<unknown> {
  try {
    await call();
    return undefined;
  } catch (error) {
    return error;
  }
}

afterEach(() => {
  expect(clock.armedTimers).toBe(0);
});

describe.each(takers)('%s', (_taker, take, valid) => {
  const options = Object.keys(valid);

  it('takes all of its options', async () => {
    expect(await refusal(() => take(valid as never))).toBeUndefined();
  });

  it.each(Object.entries(oddValues()))(
    'is given %s: each option takes it, or refuses it by name, on one line',
    async (_title, odd) => {
      for (const option of options) {
        // oxlint-disable-next-line no-await-in-loop -- one after the other
        const error = await refusal(() => take({ ...valid, [option]: odd } as never));
        if (error !== undefined) {
          expect(error).toBeInstanceOf(WaitError);
          expect((error as WaitError).message).toMatch(new RegExp(`^.*\\b${option}\\b.{1,300}$`));
        }
      }
      const error = await refusal(() => take(odd as never));
      expect(error === undefined || error instanceof WaitError).toBe(true);
    },
  );
});

describe('jitter', () => {
  it.each(Object.entries(oddValues()))('refuses %s, or returns a number', (_title, odd) => {
    for (const args of [[odd], [1, odd], [1, 1, odd]] as unknown as [[number, number]]) {
      try {
        expect(typeof jitter(...args)).toBe('number');
      } catch (error) {
        expect(error).toBeInstanceOf(WaitError);
      }
    }
  });
});
