import { describe, expect, it, jest } from '@jest/globals';
import {
  backoffUntil,
  backoffUntilWithContext,
  exponentialBackoff,
  forever,
  jitterUntil,
  jitterUntilWithContext,
  JitteredBackoffManager,
  Backoff,
  neverStop,
  nonSlidingUntil,
  nonSlidingUntilWithContext,
  pollUntilContextCancel,
  until,
  untilWithContext,
  waitForCacheSync,
  type BackoffManager,
} from 'nestjs-wait';
import { FakeClock } from 'nestjs-wait/testing';

const crash = new Error('boom');

function crashing(): Promise<void> {
  const options = { crashHandlers: [], reallyCrash: true, clock: new FakeClock() };
  return forever(() => Promise.reject(crash), 1, options);
}

describe('the promise of a loop', () => {
  it('settles for everyone who asks, before the end and after it', async () => {
    const stop = new AbortController();
    const ended = until(() => {}, 1000, stop.signal, { clock: new FakeClock() });
    const finished = jest.fn();
    const before = Promise.all([ended, ended.then(() => 'then'), ended.finally(finished)]);

    stop.abort();

    expect(await before).toEqual([undefined, 'then', undefined]);
    expect(finished).toHaveBeenCalledTimes(1);
    expect(await ended.then(() => 'later')).toBe('later');
  });

  it('is pending while the loop goes on', async () => {
    const stop = new AbortController();
    const ended = until(() => {}, 1000, stop.signal, { clock: new FakeClock() });

    expect(await Promise.race([ended, Promise.resolve('still going')])).toBe('still going');

    stop.abort();
    await ended;
  });

  it('is rejected by a crash for everyone who asks, before the end and after it', async () => {
    const ended = crashing();

    await expect(ended).rejects.toBe(crash);
    await expect(ended.then(() => 'never')).rejects.toBe(crash);
    expect(await ended.catch((error: unknown) => error)).toBe(crash);
  });

  it('is rejected too where the crash came before anybody asked', async () => {
    const ended = until(
      () => {
        throw crash;
      },
      1,
      neverStop,
      { crashHandlers: [], reallyCrash: true },
    );

    await expect(ended).rejects.toBe(crash);
  });

  const manager = new JitteredBackoffManager(1, 0);
  const aborted = AbortSignal.abort();

  it.each<[name: string, start: () => Promise<unknown>]>([
    ['backoffUntil', () => backoffUntil(() => {}, manager, true, aborted)],
    ['backoffUntilWithContext', () => backoffUntilWithContext(aborted, () => {}, manager, true)],
    ['jitterUntil', () => jitterUntil(() => {}, 1, 0, true, aborted)],
    ['jitterUntilWithContext', () => jitterUntilWithContext(aborted, () => {}, 1, 0, true)],
    ['until', () => until(() => {}, 1, aborted)],
    ['untilWithContext', () => untilWithContext(aborted, () => {}, 1)],
    ['nonSlidingUntil', () => nonSlidingUntil(() => {}, 1, aborted)],
    ['nonSlidingUntilWithContext', () => nonSlidingUntilWithContext(aborted, () => {}, 1)],
    ['forever', () => forever(() => {}, 1, { clock: new FakeClock() })],
    ['pollUntilContextCancel', () => pollUntilContextCancel(neverStop, 1, true, () => true)],
    ['exponentialBackoff', () => exponentialBackoff(new Backoff({ duration: 1, steps: 1 }), () => true)],
    ['waitForCacheSync', () => waitForCacheSync(neverStop, () => true)],
  ])('of %s is a native one, and has nothing of the loop', (_name, start) => {
    const promise = start();
    expect(promise).toBeInstanceOf(Promise);
    expect(Reflect.ownKeys(promise).filter((key) => typeof key === 'string')).toEqual([]);
    expect('stop' in promise || 'start' in promise).toBe(false);
  });
});

describe('what cannot be used', () => {
  const f = jest.fn();
  const stop = new AbortController().signal;
  const once = new JitteredBackoffManager(1000, 0);
  const invalidDuration = 'WAIT_ERR_INVALID_DURATION';
  const invalidOption = 'WAIT_ERR_INVALID_OPTION';
  const invalidTarget = 'WAIT_ERR_INVALID_TARGET';
  const withOptions = (options: object) => (): Promise<void> =>
    backoffUntil(f, once, true, stop, { name: 'X.tick', ...options });
  const name = { name: 'X.tick' };
  const notSliding = (): Promise<void> => jitterUntil(f, 1, 1, undefined as never, stop, name);
  function* generator(): Generator {}

  it.each<[title: string, code: string, text: string, start: () => Promise<void>]>([
    ['an initialDelay of NaN', invalidDuration, 'initialDelay', withOptions({ initialDelay: NaN })],
    ['an infinite initialDelay', invalidDuration, 'initialDelay', withOptions({ initialDelay: Infinity })],
    ['an initialDelay without a unit', invalidDuration, 'initialDelay', withOptions({ initialDelay: '5' })],
    ['an absurd initialDelay', invalidDuration, '292 years', withOptions({ initialDelay: 1e303 })],
    ['an option that there is not', invalidOption, "'slack'", withOptions({ slack: '50ms' })],
    ['reallyCrash that is no boolean', invalidOption, "'yes'", withOptions({ reallyCrash: 'yes' })],
    ['unref that is no boolean', invalidOption, 'unref', withOptions({ unref: 1 })],
    ['an absurd period', invalidDuration, 'period', () => until(f, 1e303, stop, name)],
    ['a period without a unit', invalidDuration, "'100ms'", () => until(f, '100', stop, name)],
    ['a jitterFactor of NaN', invalidOption, 'jitterFactor', () => jitterUntil(f, 1, NaN, true, stop, name)],
    [
      'a jitterFactor that is no number',
      invalidOption,
      "jitterFactor must be a finite number, not 'x'",
      () => jitterUntil(f, 1, 'x' as never, true, stop, name),
    ],
    ['no clock', invalidOption, 'clock must be a Clock', withOptions({ clock: {} })],
    ['no random source', invalidOption, 'random must be a function', withOptions({ random: 'x' })],
    ['a crash handler alone', invalidOption, 'list of functions', withOptions({ crashHandlers: f })],
    ['a list of no crash handlers', invalidOption, 'list of functions', withOptions({ crashHandlers: [1] })],
    [
      'a stop channel that is no signal',
      invalidOption,
      'AbortSignal',
      () => until(f, 1, { aborted: false } as never, name),
    ],
    ['no function', invalidTarget, 'undefined', () => until(undefined as never, 1, stop, name)],
    ['no function, with a context', invalidTarget, '{}', () => untilWithContext(stop, {} as never, 1, name)],
    ['a generator', invalidTarget, 'would never run', () => until(generator, 1, stop, name)],
    ['a class', invalidTarget, 'class Job', () => until(class Job {} as never, 1, stop, name)],
    ['sliding that is no boolean', invalidOption, 'sliding must be true or false, not undefined', notSliding],
    ['no stop channel', invalidOption, 'neverStop', () => until(f, 1, undefined as never, name)],
    [
      'no backoff manager',
      invalidOption,
      'backoff()',
      () => backoffUntil(f, undefined as never, true, stop, name),
    ],
    [
      'an empty manager',
      invalidOption,
      'backoff()',
      () => backoffUntil(f, {} as BackoffManager, true, stop, name),
    ],
  ])('rejects the promise by name, and nothing starts: %s', async (_title, code, text, start) => {
    let promise: Promise<void> | undefined;
    expect(() => (promise = start())).not.toThrow();
    await expect(promise).rejects.toMatchObject({ code, message: expect.stringContaining('X.tick') });
    await expect(promise).rejects.toThrow(text);
    expect(f).not.toHaveBeenCalled();
  });

  it.each([null, 5, [], Promise.resolve({})])(
    'rejects the promise when its options are %p',
    async (options) => {
      const tick = jest.fn(() => undefined);
      Object.defineProperty(tick, 'name', { value: 'tick' });
      for (const promise of [
        backoffUntil(tick, once, true, stop, options as never),
        backoffUntilWithContext(stop, tick, once, true, options as never),
        until(tick, 1, stop, options as never),
        jitterUntilWithContext(stop, tick, 1, 1, true, options as never),
      ]) {
        // oxlint-disable-next-line no-await-in-loop -- one after the other
        await expect(promise).rejects.toMatchObject({
          code: invalidOption,
          message: expect.stringMatching(/^tick: a loop takes an options object, not /),
        });
      }
      expect(tick).not.toHaveBeenCalled();
    },
  );

  it('is not refused where it only looks odd: a jitterFactor below zero, a negative period, a string', async () => {
    const clock = new FakeClock();
    let runs = 0;
    const ending = new AbortController();
    const done = jitterUntil(() => runs++, -5, -1, true, ending.signal, { clock, initialDelay: '5s' });
    await clock.advance(4999);
    expect(runs).toBe(0);
    const tick = clock.newTimer(() => ending.abort());
    tick.reset(1);
    await clock.advance(1);
    await done;
    expect(runs).toBeLessThanOrEqual(1);
  });
});
