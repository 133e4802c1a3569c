import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { realClock, type Clock } from 'nestjs-wait';
import { requireClock } from '../../../src/core/time/clock.js';
import { wallNow } from '../../../src/core/time/wall-time.js';

const LIMIT = 2 ** 31 - 1;

/** Every delay that a timer hands to Node until it fires. */
function delaysOf(delay: number): number[] {
  const setTimeoutSpy = jest.spyOn(globalThis, 'setTimeout');
  const fired = jest.fn();
  realClock.newTimer(fired).reset(delay);
  jest.runAllTimers();
  const delays = setTimeoutSpy.mock.calls.map(([, timeout]) => timeout as number);
  setTimeoutSpy.mockRestore();
  expect(fired).toHaveBeenCalledTimes(1);
  return delays;
}

describe('realClock', () => {
  beforeEach(() => {
    jest.useFakeTimers();
  });
  afterEach(() => {
    expect(jest.getTimerCount()).toBe(0);
    jest.useRealTimers();
  });

  it('is monotonic, whatever happens to the system clock', () => {
    const before = realClock.now();
    jest.setSystemTime(0);
    expect(realClock.now()).toBeGreaterThanOrEqual(before);
  });

  it.each([
    { delay: 5000, wantDelays: [5000] },
    { delay: 0.2, wantDelays: [1] },
    { delay: 10.001, wantDelays: [11] },
    { delay: LIMIT, wantDelays: [LIMIT] },
    { delay: LIMIT + 1, wantDelays: [LIMIT, 1] },
    { delay: LIMIT * 3 + 0.5, wantDelays: [LIMIT, LIMIT, LIMIT, 1] },
  ])('waits $delay ms with timeouts of $wantDelays', ({ delay, wantDelays }) => {
    expect(delaysOf(delay)).toEqual(wantDelays);
  });

  it('waits a century without firing before', () => {
    const century = 100 * 365 * 86_400_000;
    const fired = jest.fn();
    realClock.newTimer(fired).reset(century);
    jest.advanceTimersByTime(century - 1);
    expect(fired).not.toHaveBeenCalled();
    jest.advanceTimersByTime(1);
    expect(fired).toHaveBeenCalledTimes(1);
  });

  it.each([0, -1])(
    'fires in the next turn of the event loop after reset(%p), and not from within it',
    (delay) => {
      const fired = jest.fn();
      realClock.newTimer(fired).reset(delay);
      expect(fired).not.toHaveBeenCalled();
      expect(jest.getTimerCount()).toBe(1);
      jest.advanceTimersByTime(0);
      expect(fired).toHaveBeenCalledTimes(1);
    },
  );

  it('forgets what it was armed for before when it is armed again', () => {
    const fired = jest.fn();
    const timer = realClock.newTimer(fired);
    timer.reset(0);
    timer.reset(1000);
    timer.reset(2000);
    jest.advanceTimersByTime(1999);
    expect(fired).not.toHaveBeenCalled();
    jest.advanceTimersByTime(1);
    expect(fired).toHaveBeenCalledTimes(1);
  });

  it.each([0, 1000, LIMIT + 1])('never fires when it is stopped while armed for %p ms', (delay) => {
    const fired = jest.fn();
    const timer = realClock.newTimer(fired);
    timer.reset(delay);
    timer.stop();
    timer.stop();
    jest.runAllTimers();
    expect(fired).not.toHaveBeenCalled();
  });

  it('waits one more millisecond when Node fires up to one too early', () => {
    const now = jest.spyOn(performance, 'now');
    const fired = jest.fn();
    now.mockReturnValue(100.9);
    realClock.newTimer(fired).reset(10);
    now.mockReturnValue(110.2); // 0.7 ms early
    jest.advanceTimersByTime(10);
    expect(fired).not.toHaveBeenCalled();
    now.mockReturnValue(111.2);
    jest.advanceTimersByTime(1);
    expect(fired).toHaveBeenCalledTimes(1);
    now.mockRestore();
  });

  it('believes a fake setTimeout beside a performance.now() that stands still', () => {
    const now = jest.spyOn(performance, 'now').mockReturnValue(0);
    const fired = jest.fn();
    const timer = realClock.newTimer(() => {
      fired();
      timer.reset(1000);
    });
    timer.reset(1000);
    jest.advanceTimersByTime(10_000);
    expect(fired).toHaveBeenCalledTimes(10);
    timer.stop();
    now.mockRestore();
  });

  it.each([
    { delay: 1000, unref: true, wantRef: false },
    { delay: 1000, unref: false, wantRef: true },
    { delay: LIMIT + 1, unref: true, wantRef: false },
  ])('holds the process open for $delay ms, unref: $unref -> $wantRef', ({ delay, unref, wantRef }) => {
    jest.useRealTimers();
    const setTimeoutSpy = jest.spyOn(globalThis, 'setTimeout');
    const timer = realClock.newTimer(() => undefined, { unref });
    timer.reset(delay);
    const [made] = setTimeoutSpy.mock.results;
    expect((made?.value as NodeJS.Timeout | undefined)?.hasRef()).toBe(wantRef);
    timer.stop();
    setTimeoutSpy.mockRestore();
    jest.useFakeTimers();
  });
});

describe('wallNow', () => {
  const bare: Clock = { now: () => 5, newTimer: (fire, options) => realClock.newTimer(fire, options) };

  it.each([
    { title: 'the real clock', clock: realClock },
    { title: 'a clock without wallNow()', clock: bare },
    {
      title: 'a clock whose wallNow is undefined',
      clock: { ...bare, wallNow: undefined } as unknown as Clock,
    },
  ])("is the system's time for $title, also when fake timers replace it", ({ clock }) => {
    const before = Date.now();
    const real = wallNow(clock);
    expect([real >= before, real <= Date.now()]).toEqual([true, true]);
    jest.useFakeTimers({ now: 1234 });
    const faked = wallNow(clock);
    jest.useRealTimers();
    expect(faked).toBe(1234);
  });

  it('is that of the clock where it has one, and is called as its method', () => {
    const clock = {
      ...bare,
      time: 1_800_000_000_000,
      wallNow(): number {
        return this.time;
      },
    };
    expect(wallNow(clock)).toBe(1_800_000_000_000);
  });
});

describe('requireClock', () => {
  const methods = { now: () => 0, newTimer: () => ({ reset: () => undefined, stop: () => undefined }) };

  it.each([{}, { wallNow: undefined }, { wallNow: () => 0 }])('takes a clock with %p', (more) => {
    const clock = { ...methods, ...more };
    expect(requireClock(clock, 'poll')).toBe(clock);
  });

  it.each([
    { wallNow: 5, wantValue: '5' },
    { wallNow: null, wantValue: 'null' },
    { wallNow: new Date(0), wantValue: '1970-01-01T00:00:00.000Z' },
  ])('refuses a clock whose wallNow is $wantValue', ({ wallNow: wrong, wantValue }) => {
    expect(() => requireClock({ ...methods, wallNow: wrong }, 'poll')).toThrow(
      expect.objectContaining({
        code: 'WAIT_ERR_INVALID_OPTION',
        message: `poll: wallNow of clock must be a method that returns milliseconds since 1970, not ${wantValue}. Leave it out for Date.now().`,
      }),
    );
  });

  it('refuses a clock whose wallNow cannot be read', () => {
    const clock = Object.defineProperty({ ...methods }, 'wallNow', {
      get: () => {
        throw new Error('boom');
      },
    });
    expect(() => requireClock(clock, 'poll')).toThrow(
      expect.objectContaining({
        code: 'WAIT_ERR_INVALID_OPTION',
        message: expect.stringMatching(/^poll: wallNow of clock must be a method .*\bboom\b/),
      }),
    );
  });
});
