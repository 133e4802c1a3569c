import { Backoff, ExponentialBackoffManager, handleCrash, JitteredBackoffManager, until } from 'nestjs-wait';
import { FakeClock } from 'nestjs-wait/testing';
import { rejects, throws } from '../support/core.js';
import type { Mistake } from '../support/mistake.js';

const INVALID_DURATION = 'WAIT_ERR_INVALID_DURATION';
const numbers = { initial: '1s', max: '30s', reset: '2m', factor: 2, jitter: 1 };

function poll(): void {}

export const coreValues: readonly Mistake[] = [
  throws({
    title: 'a JitteredBackoffManager of digits alone',
    call: () => new JitteredBackoffManager('5', 0),
    wantCode: INVALID_DURATION,
    wantWords: ['JitteredBackoffManager', 'period', "'5s'"],
  }),
  throws({
    title: 'a JitteredBackoffManager without a factor',
    call: () => new JitteredBackoffManager('5s', undefined as never),
    wantWords: ['JitteredBackoffManager', 'jitterFactor', 'undefined'],
  }),
  throws({
    title: 'an ExponentialBackoffManager without numbers',
    call: () => new ExponentialBackoffManager(undefined as never),
    wantWords: ['ExponentialBackoffManager', 'undefined'],
  }),
  throws({
    title: 'an ExponentialBackoffManager without a first delay',
    call: () => new ExponentialBackoffManager({ ...numbers, initial: undefined as never }),
    wantCode: INVALID_DURATION,
    wantWords: ['ExponentialBackoffManager', 'initial', 'undefined'],
  }),
  throws({
    title: 'an ExponentialBackoffManager with a negative factor',
    call: () => new ExponentialBackoffManager({ ...numbers, factor: -1 }),
    wantWords: ['ExponentialBackoffManager', 'factor', '-1'],
  }),
  throws({
    title: 'a Backoff without numbers',
    call: () => new Backoff(undefined as never),
    wantWords: ['Backoff', 'undefined'],
  }),
  throws({
    title: 'a Backoff whose steps are no number',
    call: () => new Backoff({ duration: '1s', steps: '3' as never }),
    wantWords: ['Backoff', 'steps', "'3'"],
  }),
  throws({
    title: 'a Backoff whose cap is of digits alone',
    call: () => new Backoff({ duration: '1s', cap: '30' }),
    wantCode: INVALID_DURATION,
    wantWords: ['Backoff', 'cap', "'30s'"],
  }),
  throws({
    title: 'delayWithReset without a clock',
    call: () => new Backoff({ duration: '1s', factor: 2 }).delayWithReset(undefined as never, '1m'),
    wantWords: ['Backoff', 'clock', 'undefined'],
  }),
  throws({
    title: 'crash handlers of handleCrash that are one function',
    call: () =>
      handleCrash(
        new Error('boom'),
        { name: 'poll', run: 1, stopping: false },
        { crashHandlers: poll as never },
      ),
    wantWords: ['poll', 'crashHandlers', 'list'],
  }),
  ...[-1, NaN, Infinity, '5s'].map((duration) =>
    rejects({
      title: `a FakeClock that should advance by ${duration}`,
      call: () => new FakeClock().advance(duration as number),
      wantCode: 'WAIT_ERR_FAKE_CLOCK',
      wantWords: ['FakeClock.advance', 'milliseconds', String(duration)],
    }),
  ),
  rejects({
    title: 'a FakeClock on which a run should sleep for NaN',
    call: () => new FakeClock().sleep(NaN),
    wantCode: 'WAIT_ERR_FAKE_CLOCK',
    wantWords: ['FakeClock.sleep', 'NaN'],
  }),
  throws({
    title: 'a FakeClock that begins at a date that is a string',
    call: () => new FakeClock('2026-01-01' as never),
    wantCode: 'WAIT_ERR_FAKE_CLOCK',
    wantWords: ['new FakeClock', 'Date', "'2026-01-01'"],
  }),
  throws({
    title: 'a FakeClock whose wall clock is set to no valid date',
    call: () => new FakeClock().setWallTime(new Date('2026-13-01')),
    wantCode: 'WAIT_ERR_FAKE_CLOCK',
    wantWords: ['FakeClock.setWallTime', 'Invalid Date'],
  }),
  rejects({
    title: 'a FakeClock that waits for timers with an option that does not exist',
    call: () => new FakeClock().waitForTimers(0, { unref: true } as never),
    wantWords: ['FakeClock.waitForTimers', "'unref'", 'referenced'],
  }),
  rejects({
    title: 'a FakeClock on which a loop without a period runs again and again',
    call: async () => {
      const clock = new FakeClock();
      const stop = new AbortController();
      const done = until(poll, 0, stop.signal, { clock });
      try {
        await clock.advance(1);
      } finally {
        stop.abort();
        await done;
      }
    },
    wantCode: 'WAIT_ERR_FAKE_CLOCK',
    wantWords: ['Time stands still at 0 ms', 'clock.sleep()'],
  }),
];
