import { expect } from '@jest/globals';
import { Injectable, type Type } from '@nestjs/common';
import { BackoffUntil, JitterUntil, NonSlidingUntil, Until, type LoopOverrides } from 'nestjs-wait';
import type { Application } from '../support/application.js';
import type { Mistake, Row } from '../support/mistake.js';
import { changesNothing } from '../support/steering.js';

@Injectable()
class Outbox {
  @Until({ period: '5s', workers: 2 })
  flush(): void {}

  @NonSlidingUntil('5s')
  probe(): void {}

  @JitterUntil({ period: '5s', jitter: 1 })
  purge(): void {}

  @BackoffUntil({ initial: '5s' })
  retry(): void {}

  @BackoffUntil({ backoffManager: () => ({ backoff: () => 5000 }) })
  watch(): void {}
}

interface UpdateRow extends Row {
  /** Default: `Outbox.flush`, which has two workers. */
  readonly loop?: string;
  readonly overrides: unknown;
}

const INVALID_DURATION = 'WAIT_ERR_INVALID_DURATION';
const UPDATABLE = 'period, timeout, hungAfter, failureBackoff, pauseAfterFailures';

const noOptions: readonly UpdateRow[] = [
  { title: 'an update with nothing', overrides: undefined, wantWords: ['options object', 'undefined'] },
  { title: 'an update with null', overrides: null, wantWords: ['options object', 'null'] },
  { title: 'an update with a period alone', overrides: '7s', wantWords: ['options object', "'7s'"] },
  { title: 'an update with milliseconds', overrides: 7000, wantWords: ['options object', '7000'] },
  { title: 'an update with a list', overrides: ['7s'], wantWords: ['options object', "'7s'"] },
  {
    title: 'an update with a map',
    overrides: new Map([['period', '7s']]),
    wantWords: ['options object', 'Map'],
  },
  {
    title: 'an update with a promise',
    overrides: Promise.resolve({ period: '7s' }),
    wantWords: ['options object', 'a Promise', 'Await it'],
  },
  {
    title: 'an update with an options function, which only a decorator takes',
    overrides: () => ({ period: '7s' }),
    wantWords: ['options object', 'Function'],
  },
];

const fixed: readonly UpdateRow[] = Object.entries({
  name: 'flush',
  enabled: false,
  immediate: false,
  initialDelay: '1s',
  workers: 3,
  leaderOnly: true,
  sliding: false,
  metricsName: 'outbox',
  backoffManager: () => ({ backoff: () => 1 }),
}).map(([option, value]) => ({
  title: `an update of ${option}`,
  overrides: { period: '7s', [option]: value },
  wantWords: [option, 'cannot be changed while the loop runs', UPDATABLE],
}));

const unknown: readonly UpdateRow[] = [
  {
    title: 'an update of an option that is misspelled',
    overrides: { timeout: '1s', peroid: '7s' },
    wantWords: ["Until has no option 'peroid'", UPDATABLE],
  },
  {
    title: 'an update of the reason of a pause',
    overrides: { reason: 'migration' },
    wantWords: ["no option 'reason'", UPDATABLE],
  },
  {
    title: 'an update of the jitter of a loop without jitter',
    loop: 'Outbox.probe',
    overrides: { period: '7s', jitter: 1 },
    wantWords: ["NonSlidingUntil has no option 'jitter'", UPDATABLE],
  },
  {
    title: 'an update of the period of a loop that backs off',
    loop: 'Outbox.retry',
    overrides: { period: '7s' },
    wantWords: ["BackoffUntil has no option 'period'", 'initial, max, reset, factor, jitter'],
  },
  {
    title: 'an update of the numbers that a backoff manager replaces',
    loop: 'Outbox.watch',
    overrides: { timeout: '1s', initial: '7s' },
    wantWords: ['initial', "'7s'", 'backoffManager', 'Leave one of the two out'],
  },
];

const values: readonly UpdateRow[] = [
  {
    title: 'an update to a period of digits alone',
    overrides: { period: '7' },
    wantCode: INVALID_DURATION,
    wantWords: [': period', "'7s'", "not '7'"],
  },
  {
    title: 'an update to a period of null',
    overrides: { period: null },
    wantCode: INVALID_DURATION,
    wantWords: [': period', 'null'],
  },
  {
    title: 'an update to a negative period',
    overrides: { period: -1 },
    wantCode: INVALID_DURATION,
    wantWords: [': period', '-1', 'write 0'],
  },
  {
    title: 'an update to a wrong timeout beside a right period',
    overrides: { period: '7s', timeout: 0 },
    wantCode: INVALID_DURATION,
    wantWords: [': timeout', '1ms', 'but is 0', 'write false'],
  },
  {
    title: 'an update to a timeout of true',
    overrides: { timeout: true },
    wantCode: INVALID_DURATION,
    wantWords: [': timeout', 'true'],
  },
  {
    title: 'an update to a run that is hung in no time',
    overrides: { hungAfter: '0s' },
    wantCode: INVALID_DURATION,
    wantWords: [': hungAfter', '1ms', "'0s'", 'write false'],
  },
  {
    title: 'an update to a failure backoff that is a duration',
    overrides: { failureBackoff: '1s' },
    wantWords: [': failureBackoff', 'true, false or an options object', "'1s'"],
  },
  {
    title: 'an update to a failure backoff that is misspelled',
    overrides: { failureBackoff: { inital: '1s' } },
    wantWords: [': failureBackoff', "'inital'", 'initial, max, factor, jitter'],
  },
  {
    title: 'an update to a failure backoff that shrinks',
    overrides: { failureBackoff: { factor: 0.5 } },
    wantWords: [': failureBackoff: factor', 'from 1 up', '0.5'],
  },
  {
    title: 'an update to a pause after no failure',
    overrides: { pauseAfterFailures: 0 },
    wantWords: [': pauseAfterFailures', 'from 1 up', 'false', 'not 0'],
  },
  {
    title: 'an update to a pause after true',
    overrides: { pauseAfterFailures: true },
    wantWords: [': pauseAfterFailures', 'from 1 up', 'true'],
  },
  {
    title: 'an update to a jitter that is a string',
    loop: 'Outbox.purge',
    overrides: { period: '7s', jitter: '1' },
    wantWords: [': jitter', 'finite number', "'1'"],
  },
  {
    title: 'an update to a factor below zero',
    loop: 'Outbox.retry',
    overrides: { initial: '7s', factor: -1 },
    wantWords: [': factor', 'from 0 up', '-1'],
  },
  {
    title: 'an update with a getter that throws',
    overrides: {
      get period(): string {
        throw new Error('no settings');
      },
    },
    wantWords: ['period', 'cannot be read', 'no settings'],
  },
];

type Make = () => unknown;

const RIGHT: Make = () => ({ backoff: () => 5000 });

function fail(): never {
  throw new Error('no connection');
}

/** An application with two workers, whose backoff managers are made in this order, and then rightly. */
function withManagers(...makes: readonly Make[]): Application {
  let made = 0;
  return { providers: [watchWith(() => (makes[made++] ?? RIGHT)())] };
}

function watchWith(make: Make): Type {
  @Injectable()
  class Watch {
    @BackoffUntil({ workers: 2, backoffManager: make as never })
    poll(): void {}
  }
  return Watch;
}

// The first two are made at bootstrap. The update makes one more for each worker.
const managers: readonly (Row & { readonly makes: readonly Make[] })[] = [
  {
    title: 'an update when the factory of the backoff manager throws',
    makes: [RIGHT, RIGHT, fail],
    wantWords: ['backoffManager must make', 'failed: no connection'],
  },
  {
    title: 'an update when the factory throws for the second worker',
    makes: [RIGHT, RIGHT, RIGHT, fail],
    wantWords: ['backoffManager must make', 'failed: no connection'],
  },
  {
    title: 'an update when the factory makes no backoff manager for the second worker',
    makes: [RIGHT, RIGHT, RIGHT, () => ({ backOff: () => 5000 })],
    wantWords: ['backoff()', 'backOff'],
  },
  {
    title: 'an update when the new backoff manager throws for the second worker',
    makes: [RIGHT, RIGHT, RIGHT, () => ({ backoff: fail })],
    wantWords: ['its backoff manager failed: no connection'],
  },
  {
    title: 'an update when the new backoff manager of the second worker says no number',
    makes: [RIGHT, RIGHT, RIGHT, () => ({ backoff: () => '5s' })],
    wantCode: INVALID_DURATION,
    wantWords: ['#1: its backoff manager', 'finite number of milliseconds', "'5s'"],
  },
];

export const updates: readonly Mistake[] = [
  ...[...noOptions, ...fixed, ...unknown, ...values].map(({ loop = 'Outbox.flush', overrides, ...row }) =>
    changesNothing({
      ...row,
      loop,
      wantWords: [new RegExp(`^${loop}: update\\b`), ...row.wantWords],
      application: () => ({ providers: [Outbox] }),
      call: ({ handle }) => handle.update(overrides as LoopOverrides),
      mended: ({ handle, logger }) => {
        handle.update({ timeout: '9s' });
        expect(logger.messages('log').at(-1)).toMatch(`${loop}: updated { timeout: `);
      },
    }),
  ),
  ...managers.map(({ makes, ...row }) =>
    changesNothing({
      ...row,
      loop: 'Watch.poll',
      wantWords: [/^Watch\.poll\b/, ...row.wantWords],
      application: () => withManagers(...makes),
      call: ({ handle }) => handle.update({ timeout: '9s' }),
      mended: async ({ handle, clock }) => {
        handle.update({ timeout: '9s' });
        await clock.advance(5000);
        expect(handle.info().runs).toBe(4);
      },
    }),
  ),
];
