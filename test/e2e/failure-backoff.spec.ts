import { describe, expect, it } from '@jest/globals';
import { Injectable } from '@nestjs/common';
import {
  Until,
  type BackoffManager,
  type CommonLoopOptions,
  type LoopHandle,
  type WaitModuleOptions,
} from 'nestjs-wait';
import { boot, type Booted } from '../support/boot.js';
import { StolenLease } from '../support/stolen-lease.js';

type FailureBackoff = NonNullable<CommonLoopOptions['failureBackoff']>;

/** A loop every 10 s, and how its runs end: `x` fails, `.` succeeds. The last sign holds for all that follow. */
interface Scene {
  readonly ends: string;
  readonly failureBackoff?: FailureBackoff;
  /** How long a run takes, in seconds; default 0. */
  readonly runTime?: number;
  readonly sliding?: boolean;
  readonly period?: string | number;
  readonly jitter?: number;
  readonly module?: WaitModuleOptions;
  readonly more?: Partial<CommonLoopOptions>;
}

interface Played extends Booted {
  readonly handle: LoopHandle;
  /** When the runs began, in seconds. */
  readonly starts: number[];
}

async function play(scene: Scene): Promise<Played> {
  const { ends, failureBackoff, runTime = 0, sliding = true, period = '10s', jitter = 0, more } = scene;
  const booted = await boot({}, scene.module);
  const { clock, service } = booted;
  const starts: number[] = [];
  const run = async (): Promise<void> => {
    const end = ends[Math.min(starts.length, ends.length - 1)];
    starts.push(clock.now() / 1000);
    await clock.sleep(runTime * 1000);
    if (end === 'x') {
      throw new Error('connect ECONNREFUSED');
    }
  };
  const handle = service.jitterUntil(run, {
    name: 'job',
    period,
    jitter,
    sliding,
    ...(failureBackoff !== undefined && { failureBackoff }),
    ...more,
  });
  await clock.advance(0);
  return { ...booted, handle, starts };
}

interface Row extends Scene {
  readonly that: string;
  readonly wantStarts: number[];
  /** For how long the loop is watched, in seconds. */
  readonly until: number;
}

const rows: Row[] = [
  {
    that: 'waits as ever without a failure backoff, however runs end',
    ends: 'xxx.',
    until: 45,
    wantStarts: [0, 10, 20, 30, 40],
  },
  {
    that: 'waits as ever when no run fails',
    ends: '.',
    failureBackoff: true,
    until: 45,
    wantStarts: [0, 10, 20, 30, 40],
  },
  {
    that: 'waits longer after each failure from the period on, with true',
    ends: 'xxxx',
    failureBackoff: true, // a jitter of 0.1, of which each random number takes half
    until: 160,
    wantStarts: [0, 10.5, 31.5, 73.5, 157.5],
  },
  {
    that: 'has its own waits back after the first success',
    ends: 'xx.x.',
    failureBackoff: { jitter: 0 },
    until: 75,
    wantStarts: [0, 10, 30, 40, 50, 60, 70],
  },
  {
    that: 'waits as the backoff says, in place of its own wait, where initial is written',
    ends: 'xxx.',
    failureBackoff: { initial: '1s', jitter: 0 },
    until: 30,
    wantStarts: [0, 1, 3, 7, 17, 27],
  },
  {
    that: 'tries an hourly loop again soon',
    ends: 'xx.',
    period: '1h',
    failureBackoff: { initial: '1s', jitter: 0 },
    until: 3700,
    wantStarts: [0, 1, 3, 3603],
  },
  {
    that: 'tries again at once with an initial of 0',
    ends: 'xx.',
    runTime: 1,
    failureBackoff: { initial: 0, jitter: 0 },
    until: 15,
    wantStarts: [0, 1, 2, 13],
  },
  {
    that: 'stretches each wait by its jitter',
    ends: 'xxx.',
    failureBackoff: { initial: '1s', jitter: 1 },
    until: 12,
    wantStarts: [0, 1.5, 4.5, 10.5],
  },
  {
    that: 'stretches none with a jitter below zero',
    ends: 'xxx.',
    failureBackoff: { initial: '1s', jitter: -1 },
    until: 12,
    wantStarts: [0, 1, 3, 7],
  },
  {
    that: 'grows by its factor',
    ends: 'xxxx.',
    failureBackoff: { initial: '1s', factor: 3, jitter: 0 },
    until: 45,
    wantStarts: [0, 1, 4, 13, 40],
  },
  {
    that: 'waits the same with a factor of 1',
    ends: 'xxxx.',
    failureBackoff: { initial: '3s', factor: 1, jitter: 0 },
    until: 13,
    wantStarts: [0, 3, 6, 9, 12],
  },
  {
    that: 'grows up to its max',
    ends: 'xxxxx.',
    failureBackoff: { initial: '1s', max: '3s', jitter: 0 },
    until: 13,
    wantStarts: [0, 1, 3, 6, 9, 12],
  },
  {
    that: 'takes a max below initial as initial',
    ends: 'xxx.',
    failureBackoff: { initial: '4s', max: '1s', jitter: 0 },
    until: 13,
    wantStarts: [0, 4, 8, 12],
  },
  {
    that: 'grows up to five minutes by default',
    ends: 'x',
    failureBackoff: { initial: '100s', jitter: 0 },
    until: 1300,
    wantStarts: [0, 100, 300, 600, 900, 1200],
  },
  {
    that: 'has a max of its period where that is longer than five minutes',
    ends: 'x',
    period: '10m',
    failureBackoff: { jitter: 0 },
    until: 1900,
    wantStarts: [0, 600, 1200, 1800],
  },
  {
    that: 'waits at least 100 ms after a failure where the period is shorter, with true',
    ends: 'xxx.',
    period: 10,
    failureBackoff: { jitter: 0 },
    until: 0.715,
    wantStarts: [0, 0.1, 0.3, 0.7, 0.71],
  },
  {
    that: 'waits as its own wait says where that is longer, with true',
    ends: 'xxx.',
    jitter: 3, // its own waits are 25 s
    failureBackoff: { jitter: 0 },
    until: 120,
    wantStarts: [0, 25, 50, 90, 115],
  },
  {
    that: 'waits shorter than its own wait where initial is written, also with jitter of its own',
    ends: 'xx.',
    jitter: 3,
    failureBackoff: { initial: '2s', jitter: 0 },
    until: 32,
    wantStarts: [0, 2, 6, 31],
  },
  {
    that: 'counts the wait from the end of a sliding run',
    ends: 'xx.',
    runTime: 2,
    failureBackoff: { initial: '1s', jitter: 0 },
    until: 20,
    wantStarts: [0, 3, 7, 19],
  },
  {
    that: 'counts the wait from the end of the run when it is not sliding, too, where initial is written',
    ends: 'xxx.',
    runTime: 2,
    sliding: false,
    failureBackoff: { initial: '3s', jitter: 0 },
    until: 38,
    wantStarts: [0, 5, 13, 27, 37],
  },
  {
    that: 'counts the wait from the end of the run when it is not sliding, too, with true',
    ends: 'xx.',
    runTime: 2,
    sliding: false,
    failureBackoff: { jitter: 0 },
    until: 50,
    wantStarts: [0, 12, 34, 44],
  },
  {
    that: 'waits after an overrun that failed',
    ends: 'xx.',
    runTime: 15,
    sliding: false,
    failureBackoff: { initial: '1s', jitter: 0 },
    until: 50,
    wantStarts: [0, 16, 33, 48],
  },
];

describe('a loop with a failure backoff', () => {
  it.each(rows)('$that', async ({ until, wantStarts, ...scene }) => {
    const { clock, starts } = await play(scene);
    await clock.advance(until * 1000);
    expect(starts).toEqual(wantStarts);
  });

  it('tells in nextStart and in the log when the next try is', async () => {
    const { handle, clock, logger } = await play({
      ends: 'xx.',
      failureBackoff: { initial: '4s', jitter: 0 },
    });
    expect(handle.info().nextStart).toEqual(new Date(clock.wallNow() + 4000));
    expect(logger.messages('error')).toEqual(['run 1 failed: connect ECONNREFUSED (next try in 4s)']);
    await clock.advance(4000);
    expect(handle.info().nextStart).toEqual(new Date(clock.wallNow() + 8000));
    expect(logger.messages('error').slice(1)).toEqual([
      'run 2 failed: connect ECONNREFUSED (next try in 8s)',
    ]);
    await clock.advance(8000);
    expect(handle.info().nextStart).toEqual(new Date(clock.wallNow() + 10_000));
  });

  it('says nothing of the next try without a failure backoff', async () => {
    const { logger } = await play({ ends: 'x' });
    expect(logger.messages('error')).toEqual(['run 1 failed: connect ECONNREFUSED']);
  });

  it('asks the backoff manager of the loop once every round, however runs end', async () => {
    const { service, clock } = await boot({});
    let asked = 0;
    let runs = 0;
    const manager: BackoffManager = { backoff: () => 10_000 + 1000 * asked++ };
    const starts: number[] = [];
    const handle = service.backoffUntil(
      () => {
        starts.push(clock.now() / 1000);
        if (++runs <= 3) {
          throw new Error('boom');
        }
      },
      {
        name: 'job',
        backoffManager: () => manager,
        failureBackoff: { initial: '1s', jitter: 0 },
      },
    );
    await clock.advance(0);
    expect(asked).toBe(1);
    await clock.advance(40_000);
    // Its fourth answer is 13 s, and its fifth 14 s.
    expect(starts).toEqual([0, 1, 3, 7, 20, 34]);
    expect(asked).toBe(handle.info().runs);
  });

  it('leaves the growth of the loop as it is without failures', async () => {
    const { service, clock } = await boot({});
    const starts: number[] = [];
    service.backoffUntil(
      () => {
        starts.push(clock.now() / 1000);
        if (starts.length === 2) {
          throw new Error('boom');
        }
      },
      {
        initial: '1s',
        factor: 2,
        jitter: 0,
        max: '1h',
        reset: '1h',
        failureBackoff: { initial: 500, jitter: 0 },
      },
    );
    await clock.advance(15_000);
    // Its own waits are 1, 2, 4 and 8 s. The second run fails.
    expect(starts).toEqual([0, 1, 1.5, 5.5, 13.5]);
  });

  it('stretches its own waits by its own jitter, and those after a failure by that of the backoff', async () => {
    const { starts, clock } = await play({
      ends: '.x.',
      jitter: 1,
      failureBackoff: { initial: '1s', jitter: 0.2 },
    });
    await clock.advance(33_000);
    expect(starts).toEqual([0, 15, 16.1, 31.1]);
  });

  it('has the rest of its wait after a pause, as any other', async () => {
    const { handle, clock, starts } = await play({
      ends: 'x.',
      failureBackoff: { initial: '30s', jitter: 0 },
    });
    await clock.advance(5000);
    await handle.pause();
    await clock.advance(5000);
    handle.resume();
    await clock.advance(35_000);
    expect(starts).toEqual([0, 30, 40]);
  });

  it('is over with a triggered run that succeeds, and goes on with one that fails', async () => {
    const { handle, clock, starts } = await play({
      ends: 'xx.',
      failureBackoff: { initial: '30s', jitter: 0 },
    });
    await clock.advance(5000);
    await expect(handle.trigger()).resolves.toMatchObject({ outcome: 'failed' });
    expect(handle.info().nextStart).toEqual(new Date(clock.wallNow() + 60_000));
    await clock.advance(5000);
    await expect(handle.trigger()).resolves.toMatchObject({ outcome: 'succeeded' });
    await clock.advance(15_000);
    expect(starts).toEqual([0, 5, 10, 20]);
  });

  it('can be given, changed and taken away by update, during its wait too', async () => {
    const { handle, clock, starts } = await play({ ends: 'x' });
    await clock.advance(5000);
    handle.update({ failureBackoff: { initial: '15s', factor: 1, jitter: 0 } });
    await clock.advance(25_500); // 15 and 30
    handle.update({ failureBackoff: false });
    await clock.advance(20_000); // 40 and 50
    expect(starts).toEqual([0, 15, 30, 40, 50]);
  });

  it('neither counts nor resets for a run that was aborted', async () => {
    const lease = new StolenLease();
    const { app, clock, service } = await boot({}, lease.options);
    let hangs = false;
    const handle = service.until(
      async (signal) => {
        if (hangs) {
          await new Promise((_resolve, reject) => {
            signal.addEventListener('abort', () => reject(signal.reason as Error));
          });
        }
        throw new Error('boom');
      },
      {
        name: 'job',
        period: '10s',
        leaderOnly: true,
        failureBackoff: { initial: '1s', jitter: 0 },
        pauseAfterFailures: 4,
      },
    );
    await clock.advance(500);
    hangs = true;
    await clock.advance(1000); // the second run has begun
    await lease.take({ app, clock });
    expect(handle.info()).toMatchObject({ consecutiveFailures: 1, aborts: 1, failures: 1 });
    hangs = false;
    await lease.giveBack({ app, clock });
    await clock.advance(0);
    // The first run of the term is at once. It is the second failure in a row.
    expect(handle.info()).toMatchObject({ runs: 3, consecutiveFailures: 2, failures: 2 });
    const { lastStart, nextStart } = handle.info();
    expect(nextStart!.getTime() - lastStart!.getTime()).toBe(2000);
    await clock.advance(2000);
    expect(handle.info()).toMatchObject({ runs: 4, paused: false });
    await clock.advance(4000);
    expect(handle.info()).toMatchObject({ runs: 5, paused: true, pauseReason: '4 failures in a row' });
  });

  it('is one for each worker', async () => {
    const { service, clock, registry } = await boot({});
    let runs = 0;
    service.until(
      () => {
        if (runs++ % 2 === 0) {
          throw new Error('boom');
        }
      },
      { name: 'job', period: '10s', workers: 2, failureBackoff: { initial: '3s', jitter: 0 } },
    );
    await clock.advance(0);
    const waits = registry.list().map(({ nextStart }) => nextStart!.getTime() - clock.wallNow());
    expect(waits).toEqual([3000, 10_000]);
  });
});

describe('pauseAfterFailures', () => {
  it('pauses after so many failures in a row, warns, and counts anew from resume on', async () => {
    const { handle, clock, logger, starts } = await play({ ends: 'xxxx.', more: { pauseAfterFailures: 2 } });
    await clock.advance(60_000);
    expect(handle.info()).toMatchObject({
      state: 'paused',
      paused: true,
      pauseReason: '2 failures in a row',
      runs: 2,
      consecutiveFailures: 2,
    });
    expect(logger.messages('warn')).toEqual([expect.stringMatching(/^job: paused \(2 failures in a row\)/)]);
    handle.resume();
    expect(handle.info()).toMatchObject({ paused: false, runs: 3 });
    expect(handle.info().pauseReason).toBeUndefined();
    await clock.advance(60_000);
    expect(handle.info()).toMatchObject({ state: 'paused', pauseReason: '2 failures in a row', runs: 4 });
    expect(logger.messages('warn')).toHaveLength(2);
    handle.resume();
    await clock.advance(25_000);
    expect(handle.info()).toMatchObject({ state: 'waiting', runs: 7, consecutiveFailures: 0 });
    expect(starts).toEqual([0, 10, 60, 70, 120, 130, 140]);
  });

  it('counts only failures that follow one another', async () => {
    const { handle, clock } = await play({ ends: 'x.x.x.xx', more: { pauseAfterFailures: 2 } });
    await clock.advance(65_000);
    expect(handle.info()).toMatchObject({ state: 'waiting', runs: 7, failures: 4 });
    await clock.advance(10_000);
    expect(handle.info()).toMatchObject({ state: 'paused', runs: 8, failures: 5 });
  });

  it('of 1 pauses after each failure, and a triggered one in the pause keeps it', async () => {
    const { handle, clock } = await play({ ends: 'x', more: { pauseAfterFailures: 1 } });
    expect(handle.info()).toMatchObject({
      state: 'paused',
      pauseReason: expect.stringMatching(/^1 failures? in a row$/),
    });
    await expect(handle.trigger()).resolves.toMatchObject({ outcome: 'failed' });
    await clock.advance(60_000);
    expect(handle.info()).toMatchObject({ state: 'paused', runs: 2 });
  });

  it('can be set and taken away by update', async () => {
    const { handle, clock } = await play({ ends: 'x', more: { pauseAfterFailures: 3 } });
    await clock.advance(5000);
    handle.update({ pauseAfterFailures: false });
    await clock.advance(60_000);
    expect(handle.info()).toMatchObject({ state: 'waiting', runs: 7 });
    handle.update({ pauseAfterFailures: 100 });
    await clock.advance(60_000);
    expect(handle.info()).toMatchObject({ state: 'waiting', runs: 13 });
  });

  it('works together with a failure backoff, whose wait resume keeps', async () => {
    const { handle, clock, starts } = await play({
      ends: 'xx.',
      failureBackoff: { initial: '5s', jitter: 0 },
      more: { pauseAfterFailures: 2 },
    });
    await clock.advance(7000);
    expect(handle.info()).toMatchObject({ state: 'paused', runs: 2 });
    handle.resume();
    await clock.advance(9000);
    expect(starts).toEqual([0, 5, 15]);
  });

  it('neither counts nor forgets anything for a run that was aborted', async () => {
    const lease = new StolenLease();
    const { app, clock, service } = await boot({}, lease.options);
    let hangs = false;
    const handle = service.until(
      async (signal) => {
        if (hangs) {
          await new Promise((_resolve, reject) => {
            signal.addEventListener('abort', () => reject(signal.reason as Error));
          });
        }
        throw new Error('boom');
      },
      {
        name: 'job',
        period: '1s',
        leaderOnly: true,
        pauseAfterFailures: 4,
      },
    );
    await clock.advance(500);
    hangs = true;
    await clock.advance(1000); // the second run has begun
    await lease.take({ app, clock });
    expect(handle.info()).toMatchObject({ consecutiveFailures: 1, aborts: 1, failures: 1 });
    hangs = false;
    await lease.giveBack({ app, clock });
    await clock.advance(0);
    // The first run of the term is at once. It is the second failure in a row.
    expect(handle.info()).toMatchObject({ runs: 3, consecutiveFailures: 2, failures: 2 });
    await clock.advance(1000);
    expect(handle.info()).toMatchObject({ runs: 4, paused: false });
    await clock.advance(1000);
    expect(handle.info()).toMatchObject({ runs: 5, paused: true, pauseReason: '4 failures in a row' });
  });
});

describe('the defaults of the module', () => {
  @Injectable()
  class Jobs {
    @Until('10s')
    plain(): void {
      throw new Error('boom');
    }

    @Until({ period: '10s', failureBackoff: false })
    none(): void {
      throw new Error('boom');
    }

    @Until({ period: '10s', failureBackoff: { initial: '7s' } })
    own(): void {
      throw new Error('boom');
    }

    @Until({ period: '10s', failureBackoff: { initial: '7s' } })
    overridden(): void {
      throw new Error('boom');
    }

    @Until({ period: '10s', failureBackoff: { initial: '7s' } })
    switchedOff(): void {
      throw new Error('boom');
    }
  }

  it('hold for each loop; the decorator comes before them, and loops before that; objects are not merged', async () => {
    const { clock, registry, service } = await boot(
      { providers: [Jobs] },
      {
        defaults: { failureBackoff: { initial: '3s', jitter: 1 } },
        loops: {
          'Jobs.overridden': { failureBackoff: { initial: '2s' } },
          'Jobs.switchedOff': { failureBackoff: false },
        },
      },
    );
    service.until(
      () => {
        throw new Error('boom');
      },
      { name: 'started', period: '10s' },
    );
    await clock.advance(0);
    const waits = registry
      .list()
      .map(({ name, nextStart }) => [name, (nextStart!.getTime() - clock.wallNow()) / 1000]);
    expect(Object.fromEntries(waits)).toEqual({
      'Jobs.plain': 4.5,
      'Jobs.none': 10,
      'Jobs.own': 7.35,
      'Jobs.overridden': 2.1,
      'Jobs.switchedOff': 10,
      started: 4.5,
    });
  });

  it('can delay the first run of all loops, and false on a loop lets it begin at once', async () => {
    const { clock, service } = await boot({}, { defaults: { initialDelay: '5s' } });
    const starts: [string, number][] = [];
    service.until(() => starts.push(['as the defaults say', clock.now()]), { name: 'a', period: '1h' });
    service.until(() => starts.push(['at once', clock.now()]), {
      name: 'b',
      period: '1h',
      initialDelay: false,
    });
    service.until(() => starts.push(['its own', clock.now()]), {
      name: 'c',
      period: '1h',
      initialDelay: '2s',
    });
    await clock.advance(10_000);
    expect(starts).toEqual([
      ['at once', 0],
      ['its own', 2000],
      ['as the defaults say', 5000],
    ]);
  });
});
