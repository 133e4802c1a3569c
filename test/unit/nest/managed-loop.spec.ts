import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { realClock } from '../../../src/core/time/clock.js';
import { resolveLoop, type UntilOptions } from '../../../src/nest/declare/loop.options.js';
import { ManagedLoop } from '../../../src/nest/run/managed-loop.js';

function start(options: UntilOptions, run: () => unknown): ManagedLoop {
  const environment = {
    clock: realClock,
    random: () => 0.5,
    crashHandlers: [],
    reallyCrash: false,
    unref: false,
    slack: 0,
  };
  const loop = new ManagedLoop(
    'tick',
    resolveLoop('Until', 'tick', options),
    { run },
    environment,
    () => undefined,
  );
  loop.start();
  return loop;
}

function idle(): void {}

function crash(): void {
  throw new Error('boom');
}

describe('the next start of a loop on the real clock', () => {
  beforeEach(() => {
    jest.useFakeTimers();
    realClock.now();
    jest.advanceTimersByTime(60_000); // since anybody has looked at the clock
  });
  afterEach(() => {
    jest.useRealTimers();
  });

  it.each([
    { title: 'in a wait', options: { period: '10s' }, run: idle, wantIn: 10_000 },
    { title: 'behind a crash', options: { period: '10s' }, run: crash, wantIn: 10_000 },
    { title: 'behind a crash, without a period', options: { period: 0 }, run: crash, wantIn: 0 },
    {
      title: 'before the first run',
      options: { period: 0, initialDelay: '5s' },
      run: idle,
      wantIn: 5000,
    },
    {
      title: 'before the first run, without a delay',
      options: { period: 0, immediate: false },
      run: idle,
      wantIn: 0,
    },
  ])('is when its wait ends: $title', ({ options, run, wantIn }) => {
    const loop = start(options, run);

    expect(loop.info().nextStart?.getTime()).toBeCloseTo(Date.now() + wantIn, -1);
    loop.stop();
    expect(jest.getTimerCount()).toBe(0);
  });
});
