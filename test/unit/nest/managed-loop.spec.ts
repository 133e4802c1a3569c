import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { realClock, type UntilOptions } from 'nestjs-wait';
import { resolveLoop } from '../../../src/nest/declare/resolve-loop.js';
import { FakeClock } from 'nestjs-wait/testing';
import type { RunSignals } from '../../../src/nest/run/loop-body.js';
import { describeLoop } from '../../../src/nest/run/describe-loop.js';
import { WallTime } from '../../../src/nest/run/wall-time.js';
import type { AroundRuns } from '../../../src/nest/run/around-runs.js';
import type { LoopEvents } from '../../../src/nest/run/loop-events.js';
import type { ManagedEnvironment } from '../../../src/nest/run/managed-environment.js';
import { ManagedLoop } from '../../../src/nest/run/managed-loop.js';

const environment: ManagedEnvironment<ManagedLoop> = {
  clock: realClock,
  random: () => 0.5,
  wallTime: new WallTime(realClock),
  crashHandlers: [],
  reallyCrash: false,
  unref: false,
  enabled: true,
  around: { isEmpty: true } as AroundRuns,
  events: { hasListeners: false } as LoopEvents,
  followUp: {
    findsHungRuns: false,
    failed: () => undefined,
    succeededAgain: () => undefined,
    pausedItself: () => undefined,
    recovered: () => undefined,
    updated: () => undefined,
    ended: () => undefined,
  },
};

function start(options: UntilOptions, run: () => unknown): ManagedLoop {
  const spec = resolveLoop('Until', 'tick', options);
  const wallTime = new WallTime(realClock); // the fake timers of each test begin at the same time
  const loop = new ManagedLoop('tick', spec, { run }, { ...environment, wallTime });
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
    jest.advanceTimersByTime(60_000); // since anybody has looked at the clock
  });
  afterEach(() => {
    jest.useRealTimers();
  });

  it.each([
    { title: 'in a wait', options: { period: '10s' }, run: idle, wantIn: 10_000 },
    { title: 'after a crash', options: { period: '10s' }, run: crash, wantIn: 10_000 },
    { title: 'after a crash, without a period', options: { period: 0 }, run: crash, wantIn: 0 },
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

    expect(describeLoop(loop).nextStart?.getTime()).toBeCloseTo(Date.now() + wantIn, -1);
    loop.stop(undefined);
    expect(jest.getTimerCount()).toBe(0);
  });
});

describe('the signal of a run', () => {
  const stopped = new Error('stopped');

  function startWith(run: (signals: RunSignals) => unknown): ManagedLoop {
    const spec = resolveLoop('Until', 'tick', '1s');
    const loop = new ManagedLoop('tick', spec, { run }, { ...environment, clock: new FakeClock() });
    loop.start();
    return loop;
  }

  it('has aborted already when the run asks for it after the stop', async () => {
    let askForSignal: () => AbortSignal | undefined = () => undefined;
    let endRun: () => void = () => undefined;
    const loop = startWith((signals) => {
      askForSignal = () => signals.signal;
      return new Promise<void>((resolve) => (endRun = resolve));
    });
    loop.stop(stopped);
    expect(askForSignal()?.reason).toBe(stopped);
    endRun();
    await loop.ending.done;
  });

  it('of a run that has ended aborts as long as no other has begun, and is not kept after that', async () => {
    const signals: AbortSignal[] = [];
    const clock = new FakeClock();
    const spec = resolveLoop('Until', 'tick', '1s');
    const body = { run: (source: RunSignals) => void signals.push(source.signal) };
    const loop = new ManagedLoop('tick', spec, body, { ...environment, clock });
    loop.start();
    await clock.advance(1000);
    loop.stop(stopped);
    expect(signals.map(({ aborted }) => aborted)).toEqual([false, true]);
    expect(signals[1]?.reason).toBe(stopped);
  });
});
