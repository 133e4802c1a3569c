import { describe, expect, it } from '@jest/globals';
import { WaitError, type BackoffManager, type LoopKind } from 'nestjs-wait';
import { FakeClock } from 'nestjs-wait/testing';
import { resolveLoop, type LoopSpec } from '../../../src/nest/declare/resolve-loop.js';
import { updateLoop } from '../../../src/nest/declare/update-loop.js';
import { oddValues } from '../../support/odd-values.js';

const RIGHT: Readonly<Record<LoopKind, object>> = {
  Until: { period: '5s' },
  NonSlidingUntil: { period: '5s' },
  JitterUntil: { period: '5s', jitter: 1, sliding: false },
  BackoffUntil: { initial: '1s', jitter: 0 },
  Forever: { period: '5s' },
};

function loop(kind: LoopKind = 'Until', options: object = {}): LoopSpec {
  return resolveLoop(kind, 'Outbox.flush', { ...RIGHT[kind], ...options });
}

const DURATION = 'WAIT_ERR_INVALID_DURATION';
const OPTION = 'WAIT_ERR_INVALID_OPTION';

/** The error of an update, which leaves the loop as it is. */
function refused(spec: LoopSpec, overrides: unknown): WaitError {
  const before = { ...spec, options: { ...spec.options } };
  let error: unknown;
  try {
    updateLoop(spec, overrides);
  } catch (thrown) {
    error = thrown;
  }
  expect(spec).toEqual(before);
  expect(error).toBeInstanceOf(WaitError);
  return error as WaitError;
}

describe('updateLoop', () => {
  it.each<{ kind: LoopKind; overrides: object; wantSchedule: string }>([
    { kind: 'Until', overrides: { period: '7s' }, wantSchedule: '7s between runs' },
    { kind: 'NonSlidingUntil', overrides: { period: '7s' }, wantSchedule: 'every 7s' },
    { kind: 'Forever', overrides: { period: 0 }, wantSchedule: '0ms between runs' },
    { kind: 'JitterUntil', overrides: { period: '7s' }, wantSchedule: 'every 7s to 14s' },
    { kind: 'JitterUntil', overrides: { jitter: 0 }, wantSchedule: 'every 5s' },
    {
      kind: 'BackoffUntil',
      overrides: { initial: '2s', max: '1m', reset: '1h', factor: 3, jitter: 0.5 },
      wantSchedule: 'backing off from 2s to 1m, factor 3, jitter 0.5, reset after 1h',
    },
    {
      kind: 'BackoffUntil',
      overrides: { max: '1m' },
      wantSchedule: 'backing off from 1s to 1m, factor 2, jitter 0, reset after 2m',
    },
  ])('changes the waits of $kind with $overrides', ({ kind, overrides, wantSchedule }) => {
    const spec = loop(kind);
    const updated = updateLoop(spec, overrides);
    expect(updated.schedule.describe()).toBe(wantSchedule);
    expect(updated.schedule.sliding).toBe(spec.schedule.sliding);
    expect(updated.options).toEqual({ ...spec.options, ...overrides });
  });

  it.each(Object.keys(RIGHT) as LoopKind[])('changes what bounds the runs of %s', (kind) => {
    const overrides = { timeout: '2s', failureBackoff: { max: '1m' }, pauseAfterFailures: 3 };
    expect(updateLoop(loop(kind), overrides)).toMatchObject({
      timeout: 2000,
      hungAfter: 4000,
      failureBackoff: { max: 60_000 },
      pauseAfterFailures: 3,
    });
  });

  it('keeps everything that is not changed', () => {
    const options = {
      name: 'flush',
      enabled: false,
      workers: 3,
      leaderOnly: 'mail',
      immediate: false,
      initialDelay: 'jitter',
      timeout: '2s',
      hungAfter: '9s',
      failureBackoff: { initial: '1s' },
      pauseAfterFailures: 3,
    };
    const spec = loop('Forever', options);
    const { schedule, options: written, sources, ...rest } = updateLoop(spec, { period: '7s' });
    expect(schedule.describe()).toBe('7s between runs');
    expect(written).toEqual({ ...options, period: '7s' });
    expect(sources).toEqual({ ...spec.sources, period: 'update' });
    expect({ ...rest, schedule: spec.schedule, options: spec.options, sources: spec.sources }).toEqual(spec);
    expect(rest.initialDelay).toBe(spec.initialDelay);
  });

  it('starts from what an earlier update has written', () => {
    const first = updateLoop(loop(), { timeout: '2s', hungAfter: '9s' });
    const second = updateLoop(first, { period: '7s' });
    expect(second).toMatchObject({ timeout: 2000, hungAfter: 9000 });
    expect(updateLoop(second, { timeout: '3s' })).toMatchObject({ timeout: 3000, hungAfter: 9000 });
  });

  it('keeps the name that the service has given to a loop without one', () => {
    const spec = { ...loop(), name: 'poll/2' };
    expect(updateLoop(spec, { period: 1 }).name).toBe('poll/2');
    expect(refused(spec, { period: -1 }).message).toMatch(/^poll\/2: update: period must not be negative/);
  });

  it('changes nothing with what is undefined', () => {
    const spec = loop('BackoffUntil', { timeout: '2s', failureBackoff: true, pauseAfterFailures: 3 });
    const nothing = { initial: undefined, timeout: undefined, failureBackoff: undefined, workers: undefined };
    expect(updateLoop(spec, nothing)).toEqual(spec);
    expect(updateLoop(spec, {})).toEqual(spec);
  });

  it('takes bounds away with false', () => {
    const spec = loop('Until', { timeout: '2s', failureBackoff: true, pauseAfterFailures: 3 });
    const none = { timeout: false, failureBackoff: false, pauseAfterFailures: false };
    expect(updateLoop(spec, none)).toMatchObject({
      timeout: undefined,
      hungAfter: undefined,
      failureBackoff: undefined,
      pauseAfterFailures: undefined,
    });
  });

  it('computes anew what follows from the changes', () => {
    const spec = loop('Until', { timeout: '2s', failureBackoff: true });
    expect(spec).toMatchObject({ hungAfter: 4000, failureBackoff: { first: 5000 } });
    expect(updateLoop(spec, { period: '1m', timeout: '3s' })).toMatchObject({
      hungAfter: 6000,
      failureBackoff: { first: 60_000 },
    });
  });

  it('replaces the numbers of a failure backoff, and does not merge them', () => {
    const spec = loop('Until', { failureBackoff: { initial: '1s', factor: 5 } });
    expect(updateLoop(spec, { failureBackoff: { max: '1h' } }).failureBackoff).toEqual({
      initial: undefined,
      first: 5000,
      max: 3_600_000,
      factor: 2,
      jitter: 0.1,
    });
  });

  it('reads the getters of a class once, and not the other members', () => {
    let reads = 0;
    class Settings {
      readonly environment = { POLL: '7s' };
      get period(): string {
        reads++;
        return this.environment.POLL;
      }
    }
    expect(updateLoop(loop(), new Settings()).schedule.describe()).toBe('7s between runs');
    expect(reads).toBe(1);
  });

  it('keeps a backoff manager of the user, which stays bound to its options', () => {
    class Settings {
      readonly delay = 42;
      backoffManager(): BackoffManager {
        return { backoff: () => this.delay };
      }
    }
    const spec = resolveLoop('BackoffUntil', 'Outbox.flush', new Settings());
    const { schedule, timeout } = updateLoop(updateLoop(spec, { timeout: '2s' }), { timeout: '3s' });
    expect(timeout).toBe(3000);
    const sources = { clock: new FakeClock(), random: () => 0.5 };
    expect(schedule.newBackoffManager(sources).backoff()).toBe(42);
  });

  it('names the loop, and not the update, when a backoff manager fails afterwards', () => {
    const spec = resolveLoop('BackoffUntil', 'Outbox.flush', { backoffManager: () => undefined });
    const { schedule } = updateLoop(spec, { timeout: '2s' });
    expect(() => schedule.newBackoffManager({ clock: new FakeClock(), random: () => 0.5 })).toThrow(
      /^Outbox\.flush: its backoff manager must be/,
    );
  });

  it.each<{ kind?: LoopKind; overrides: unknown; wantCode?: string; wantText: RegExp }>([
    { overrides: undefined, wantText: /^Outbox\.flush: update takes an options object, not undefined\.$/ },
    { overrides: '7s', wantText: /^Outbox\.flush: update takes an options object, not '7s'\.$/ },
    { overrides: 7000, wantText: /^Outbox\.flush: update takes an options object, not 7000\.$/ },
    {
      overrides: Promise.resolve({ period: 1 }),
      wantText: /^Outbox\.flush: update takes an options object, not a Promise\. Await it before\.$/,
    },
    {
      overrides: { peroid: 1 },
      wantText:
        /^Outbox\.flush: update: Until has no option 'peroid'; it takes period, timeout, hungAfter, failureBackoff, pauseAfterFailures\.$/,
    },
    { overrides: { jitter: 1 }, wantText: /^Outbox\.flush: update: Until has no option 'jitter'; it takes/ },
    { overrides: { initial: 1 }, wantText: /Until has no option 'initial'/ },
    { kind: 'BackoffUntil', overrides: { period: 1 }, wantText: /BackoffUntil has no option 'period'/ },
    { overrides: { period: null }, wantCode: DURATION, wantText: /^Outbox\.flush: update: period .*null\.$/ },
    {
      overrides: { period: '7' },
      wantCode: DURATION,
      wantText: /^Outbox\.flush: update: period must have a unit/,
    },
    {
      overrides: { period: '7s', timeout: 0 },
      wantCode: DURATION,
      wantText: /^Outbox\.flush: update: timeout must be from 1ms up, but is 0; write false for none\.$/,
    },
    {
      overrides: { period: '7s', pauseAfterFailures: 0 },
      wantText:
        /^Outbox\.flush: update: pauseAfterFailures must be a whole number from 1 up, or false, not 0/,
    },
    {
      overrides: { failureBackoff: { inital: 1 } },
      wantText: /^Outbox\.flush: update: failureBackoff: it has no option 'inital'; it takes initial, max/,
    },
    {
      kind: 'JitterUntil',
      overrides: { period: 2 ** 63 / 1e6 },
      wantText: /^Outbox\.flush: update: jitter must be a factor with which no wait is longer than 292 years/,
    },
  ])('refuses $overrides, and changes nothing', ({ kind, overrides, wantCode = OPTION, wantText }) => {
    const error = refused(loop(kind), overrides);
    expect(error).toMatchObject({ code: wantCode, message: expect.stringMatching(wantText) });
  });

  it('refuses options that cannot be read', () => {
    class Settings {
      get period(): never {
        throw new Error('no such setting');
      }
    }
    expect(refused(loop(), new Settings()).message).toBe(
      'Outbox.flush: update: period cannot be read: [Error: no such setting].',
    );
  });

  it.each([
    'enabled',
    'workers',
    'leaderOnly',
    'immediate',
    'initialDelay',
    'sliding',
    'metricsName',
    'name',
    'backoffManager',
  ])('refuses to change %s of any loop, and says what it can change', (option) => {
    for (const kind of Object.keys(RIGHT) as LoopKind[]) {
      expect(refused(loop(kind), { timeout: '1s', [option]: 1 }).message).toMatch(
        new RegExp(
          `^Outbox\\.flush: update: ${option} cannot be changed while the loop runs\\. ` +
            'These can: (?:period|initial), .*timeout, hungAfter, failureBackoff, pauseAfterFailures\\.$',
        ),
      );
    }
  });

  it('refuses the numbers that a backoff manager replaces', () => {
    const spec = resolveLoop('BackoffUntil', 'Outbox.flush', {
      backoffManager: () => ({ backoff: () => 1 }),
    });
    expect(refused(spec, { initial: '1s' }).message).toBe(
      "Outbox.flush: update: initial is '1s', but the backoffManager replaces it. Leave one of the two out.",
    );
  });

  it.each(Object.entries(oddValues()).filter(([, value]) => !isOptions(value)))(
    'refuses %s instead of options',
    (_title, value) => {
      expect(refused(loop(), value).message).toMatch(/^Outbox\.flush: update takes an options object, not /);
    },
  );

  it.each(['period', 'timeout', 'hungAfter', 'failureBackoff', 'pauseAfterFailures'])(
    'takes no odd value of %s, or says why',
    (option) => {
      for (const value of Object.values(oddValues())) {
        try {
          expect(updateLoop(loop(), { [option]: value }).options[option]).toEqual(value);
        } catch (error) {
          expect(error).toMatchObject({
            name: 'WaitError',
            message: expect.stringMatching(new RegExp(`^Outbox\\.flush: update: ${option} must `)),
          });
        }
      }
    },
  );
});

/** Whether a value is an object without options, which changes nothing. */
function isOptions(value: unknown): boolean {
  try {
    return (
      Object.prototype.toString.call(value) === '[object Object]' &&
      Reflect.ownKeys(value as object).length === 0
    );
  } catch {
    return false;
  }
}
