import { describe, expect, it } from '@jest/globals';
import { InMemoryLock } from 'nestjs-wait/leader-election';
import type { LoopHandle } from 'nestjs-wait';
import { boot } from '../support/boot.js';

function fail(): never {
  throw new Error('boom');
}

describe('growth after failures', () => {
  it('starts over with an update of anything else', async () => {
    const { clock, service } = await boot({});
    const starts: number[] = [];
    const run = (): never => {
      starts.push(clock.now());
      fail();
    };
    const failureBackoff = { initial: '1s', jitter: 0 };
    const handle = service.until(run, { name: 'job', period: '1h', failureBackoff });
    await clock.advance(9500);
    expect(starts).toEqual([0, 1000, 3000, 7000]);
    handle.update({ timeout: '1m' });
    await clock.advance(3000);
    expect(starts.slice(4)).toEqual([9500, 11_500]);
  });
});

describe('pauseAfterFailures', () => {
  it('counts from zero after a success, even if failures were forgiven before', async () => {
    const { clock, service } = await boot({});
    let isWell = false;
    const options = { name: 'job', period: '1s', pauseAfterFailures: 3 };
    const handle = service.until(() => (isWell ? undefined : fail()), options);
    await clock.advance(5000);
    expect(handle.info()).toMatchObject({ paused: true, runs: 3 });
    isWell = true;
    handle.resume();
    expect(handle.info()).toMatchObject({ paused: false, runs: 4, consecutiveFailures: 0 });
    isWell = false;
    await clock.advance(10_000);
    expect(handle.info()).toMatchObject({ paused: true, runs: 7, consecutiveFailures: 3 });
  });
});

describe('trigger() of all workers', () => {
  it('tells of the run that was asked for, though another one ends first', async () => {
    const { clock, service } = await boot({});
    const durations = [2000, 3000, 10_000, 1000]; // of the runs in the order in which they begin
    let begun = 0;
    const run = (): Promise<void> => clock.sleep(durations[begun++] ?? 1000);
    const handle = service.until(run, { name: 'job', period: 0, workers: 2 });
    await clock.advance(1000);
    const triggered = handle.trigger();
    await clock.advance(12_000);
    expect(await triggered).toMatchObject({ run: 2, duration: 10_000 });
  });
});

describe('a deadline', () => {
  it('decides the outcome of a run that gives up with an AbortError of its own after a stop', async () => {
    const { clock, service } = await boot({});
    const run = async (): Promise<void> => {
      await clock.sleep(8000);
      throw new DOMException('This operation was aborted', 'AbortError');
    };
    const handle = service.until(run, { name: 'job', period: '1s', timeout: '5s' });
    await clock.advance(6000);
    const stopped = handle.stop();
    await clock.advance(2000);
    await stopped;
    expect(handle.info()).toMatchObject({ lastOutcome: 'timedOut', timeouts: 1, failures: 1, aborts: 0 });
  });
});

describe('the sweep for hung runs', () => {
  it('reports nothing while the application closes, which has a time limit of its own', async () => {
    const { clock, service, logger, close } = await boot({}, { shutdownTimeout: '30s' });
    service.until(() => clock.sleep(20_000), { name: 'job', period: '1s', hungAfter: '5s' });
    await clock.advance(1000);
    await close();
    expect(logger.messages('error')).toEqual([]);
  });
});

/** A lock whose engine cannot be reached now and then. */
class FlakyLock extends InMemoryLock {
  isDown = false;

  protected override async ask<T>(signal: AbortSignal, request: () => T): Promise<T> {
    if (this.isDown) {
      throw new Error('connect ECONNREFUSED');
    }
    return super.ask(signal, request);
  }
}

describe('a run in a later term', () => {
  it('has a signal that knows nothing of the end of the term before', async () => {
    const lock = new FlakyLock();
    const times = { leaseDuration: '3s', renewDeadline: '2s', retryPeriod: 200 };
    const { clock, service } = await boot({}, { leaderElection: { lock, ...times } });
    const terms: boolean[][] = [];
    let seen: boolean[] = [];
    const run = (signal: AbortSignal): void => void seen.push(signal.aborted);
    const handle = service.until(run, { name: 'job', period: '10s', leaderOnly: true });
    for (const isDown of [false, true, false]) {
      lock.isDown = isDown;
      seen = [];
      terms.push(seen);
      // oxlint-disable-next-line no-await-in-loop -- virtual time
      await clock.advance(8000);
    }
    expect(terms).toEqual([[false], [], [false]]);
    expect(handle.info()).toMatchObject({ state: 'waiting', runs: 2 });
  });
});

describe('a run that triggers the next one each time', () => {
  it.each([
    { title: 'at once', run: (): unknown => undefined },
    { title: 'in a promise', run: async (): Promise<void> => {} },
  ])('lets others have their turn, when it ends $title', async ({ run }) => {
    const { service, clock } = await boot({});
    let runs = 0;
    let isOver = false;
    const handle: LoopHandle = service.until(
      () => {
        runs++;
        if (!isOver && runs < 1000) {
          void handle.trigger();
        }
        return run();
      },
      { name: 'greedy', period: '1h', initialDelay: '1s' },
    );
    await clock.advance(0); // its timer is armed before this one
    clock.newTimer(() => (isOver = true)).reset(1000);
    await clock.advance(1000);
    expect(runs).toBeLessThan(10);
  });
});
