import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { Injectable, type Type } from '@nestjs/common';
import {
  BackoffUntil,
  Forever,
  JitterUntil,
  LeaderElection,
  NonSlidingUntil,
  Until,
  type AroundRun,
  type LoopKind,
  type LoopRun,
} from 'nestjs-wait';
import { bootAround } from '../support/around-loop.js';
import { boot, compile } from '../support/boot.js';
import { StolenLease } from '../support/stolen-lease.js';

afterEach(() => {
  jest.restoreAllMocks();
});

/** All of a run but its signal. */
type Seen = Omit<LoopRun, 'signal'>;

/** Keeps every run. The keys that are absent stay absent. */
function recorder(): { readonly runs: Seen[]; readonly record: AroundRun } {
  const runs: Seen[] = [];
  return {
    runs,
    record: (run, next) => {
      const { signal, ...rest } = run;
      expect(signal).toBeInstanceOf(AbortSignal);
      runs.push(rest);
      return next();
    },
  };
}

describe('several around functions', () => {
  it('surround a run in their order: those of addAround outside of those of forRoot, the first one outermost', async () => {
    const trace: string[] = [];
    const tracing =
      (name: string): AroundRun =>
      async (run, next) => {
        trace.push(`${name} begins ${run.number}`);
        await next();
        trace.push(`${name} ends ${run.number}`);
      };
    const booted = await compile({}, { around: [tracing('root 1'), tracing('root 2')] });
    const { app, registry, service, clock } = booted;
    registry.addAround(tracing('added 1'));
    registry.addAround(tracing('added 2'));
    service.until(() => void trace.push('work'), { name: 'job', period: '10s' });
    await app.init();
    await clock.advance(12_000);
    const once = (number: number): string[] => [
      `added 1 begins ${number}`,
      `added 2 begins ${number}`,
      `root 1 begins ${number}`,
      `root 2 begins ${number}`,
      'work',
      `root 2 ends ${number}`,
      `root 1 ends ${number}`,
      `added 2 ends ${number}`,
      `added 1 ends ${number}`,
    ];
    expect(trace).toEqual([...once(1), ...once(2)]);
  });

  it('see an error pass from the inside out', async () => {
    const trace: string[] = [];
    const tracing =
      (name: string): AroundRun =>
      (_run, next) =>
        next().catch((error: unknown) => {
          trace.push(`${name}: ${String(error)}`);
          throw new Error(name, { cause: error });
        });
    const { app, registry, service, clock } = await compile({}, { around: [tracing('root')] });
    registry.addAround(tracing('added'));
    const handle = service.until(() => Promise.reject(new Error('boom')), { name: 'job', period: '10s' });
    await app.init();
    await clock.advance(1000);
    expect(trace).toEqual(['root: Error: boom', 'added: Error: root']);
    expect(handle.info().lastError).toMatchObject({ message: 'added', cause: { message: 'root' } });
  });

  it('all get the same signal, which is that of the work, and no other run has it', async () => {
    const signals: AbortSignal[] = [];
    const keep: AroundRun = (run, next) => {
      signals.push(run.signal);
      return next();
    };
    const { service, clock } = await boot({}, { around: [keep, keep] });
    service.until((signal) => void signals.push(signal), { name: 'job', period: '10s' });
    await clock.advance(15_000);
    expect(signals).toHaveLength(6);
    expect(new Set(signals.slice(0, 3)).size).toBe(1);
    expect(new Set(signals.slice(3)).size).toBe(1);
    expect(signals[3]).not.toBe(signals[0]);
  });

  it('give the work its result back: next() resolves with what it returned', async () => {
    const results: unknown[] = [];
    const keep: AroundRun = async (_run, next) => {
      const result = await next();
      results.push(result);
      return result;
    };
    const { service, clock } = await boot({}, { around: [keep, keep] });
    service.until(() => 42, { name: 'job', period: '10s' });
    await clock.advance(1000);
    expect(results).toEqual([42, 42]);
  });
});

describe('a LoopRun', () => {
  it('has every member of a decorated loop of each kind, and of its workers', async () => {
    @Injectable()
    class Job {
      @Until('1h')
      until(): void {}

      @NonSlidingUntil('1h')
      nonSliding(): void {}

      @JitterUntil({ period: '1h', jitter: 1 })
      jitter(): void {}

      @BackoffUntil({ initial: '1h', name: 'renamed' })
      backoff(): void {}

      @Until({ period: '1h', workers: 2 })
      workers(): void {}
    }
    const { runs, record } = recorder();
    await boot({ providers: [Job] }, { around: [record] });
    const run = (loop: string, kind: LoopKind): Seen => ({
      loop,
      kind,
      number: 1,
      lateness: 0,
      cause: 'schedule',
    });
    expect(runs).toEqual([
      run('Job.until', 'Until'),
      run('Job.nonSliding', 'NonSlidingUntil'),
      run('Job.jitter', 'JitterUntil'),
      run('renamed', 'BackoffUntil'),
      run('Job.workers#0', 'Until'),
      run('Job.workers#1', 'Until'),
    ]);
  });

  it('tells of a loop that runs forever, also after shutdown', async () => {
    class Job {
      @Forever('10s')
      tick(): void {}
    }
    const { runs, record } = recorder();
    const { clock, close } = await boot({ providers: [Job as Type] }, { around: [record] });
    await close(0);
    await clock.advance(10_000);
    expect(runs).toEqual([
      { loop: 'Job.tick', kind: 'Forever', number: 1, lateness: 0, cause: 'schedule' },
      { loop: 'Job.tick', kind: 'Forever', number: 2, lateness: 0, cause: 'schedule' },
    ]);
  });

  it('of a leader-only loop has its group and the fencing token of the term, each term its own', async () => {
    const lease = new StolenLease();
    const { runs, record } = recorder();
    const { app, clock, service } = await boot({}, { ...lease.options, around: [record] });
    service.until(() => {}, { name: 'job', period: '10s', leaderOnly: true });
    service.until(() => {}, { name: 'everywhere', period: '1h' });
    await clock.advance(1000);
    const first = app.get(LeaderElection).fencingToken();
    await lease.take({ app, clock });
    await clock.advance(20_000);
    await lease.giveBack({ app, clock });
    await clock.advance(0);
    const second = app.get(LeaderElection).fencingToken();
    expect(first).toEqual(expect.any(String));
    expect(second).not.toBe(first);
    const common = { loop: 'job', kind: 'Until', lateness: 0, cause: 'schedule', leaderOnly: 'default' };
    expect(runs.filter(({ loop }) => loop === 'job')).toEqual([
      { ...common, number: 1, fencingToken: first },
      { ...common, number: 2, fencingToken: second },
    ]);
    expect(runs.find(({ loop }) => loop === 'everywhere')).not.toHaveProperty('leaderOnly');
    expect(runs.find(({ loop }) => loop === 'everywhere')).not.toHaveProperty('fencingToken');
  });

  it('of a lock without fencing tokens has none', async () => {
    const lease = new StolenLease();
    const election = lease.options.leaderElection as { readonly lock: object };
    Object.assign(election.lock, { fencingToken: undefined });
    const { runs, record } = recorder();
    const { clock, service } = await boot({}, { ...lease.options, around: [record] });
    service.until(() => {}, { name: 'job', period: '10s', leaderOnly: true });
    await clock.advance(1000);
    expect(runs).toEqual([
      { loop: 'job', kind: 'Until', number: 1, lateness: 0, cause: 'schedule', leaderOnly: 'default' },
    ]);
    expect(runs[0]).not.toHaveProperty('fencingToken');
  });

  it('tells a run that was asked for, at once or after the one in progress, from a run that was due', async () => {
    const { clock, handle, runs } = await bootAround({ around: () => [] });
    await clock.advance(5000);
    void handle.trigger(); // at 5, until 6; due again at 16
    await clock.advance(11_500);
    void handle.trigger(); // during the run from 16 to 17
    void handle.trigger();
    await clock.advance(20_000);
    expect(runs.map(({ number, cause, lateness }) => [number, cause, lateness])).toEqual([
      [1, 'schedule', 0],
      [2, 'trigger', 0],
      [3, 'schedule', 0],
      [4, 'trigger', 0],
      [5, 'schedule', 0],
    ]);
  });

  it('of a worker that was asked for names that worker', async () => {
    const { clock, handle, runs } = await bootAround({ around: () => [], loop: { workers: 2 } });
    await clock.advance(5000);
    void handle.trigger();
    await clock.advance(1000);
    expect(runs.map(({ loop, number, cause }) => [loop, number, cause])).toEqual([
      ['job#0', 1, 'schedule'],
      ['job#1', 1, 'schedule'],
      ['job#0', 2, 'trigger'],
    ]);
  });
});

describe('the lateness of a run', () => {
  /** Runs with their lateness: `2 at 7: 2`, in seconds. */
  const latenesses = (runs: readonly LoopRun[], begins: readonly number[]): string[] =>
    runs.map((run, index) => `${run.number} at ${begins[index]! / 1000}: ${run.lateness / 1000}`);

  it.each<[title: string, loop: NonNullable<Parameters<typeof bootAround>[0]['loop']>]>([
    ['at once', {}],
    ['after its initial delay', { initialDelay: '3s' }],
    ['after its first period', { immediate: false }],
  ])('is 0 if a loop begins %s, and each run is on time', async (_title, loop) => {
    const { clock, runs } = await bootAround({ around: () => [], loop });
    await clock.advance(40_000);
    expect(runs.length).toBeGreaterThanOrEqual(3);
    expect(new Set(runs.map(({ lateness }) => lateness))).toEqual(new Set([0]));
  });

  it('is the overrun of the run before it, in a loop that is not sliding', async () => {
    const { clock, runs, begins } = await bootAround({
      kind: 'nonSlidingUntil',
      around: () => [],
      work: (sleep) => {
        let number = 0;
        return () => sleep(++number === 1 ? 27_000 : 4000);
      },
    });
    await clock.advance(60_000);
    expect(latenesses(runs, begins)).toEqual([
      '1 at 0: 0',
      '2 at 27: 17',
      '3 at 37: 0',
      '4 at 47: 0',
      '5 at 57: 0',
    ]);
  });

  it('is how late the timer of a busy process fires', async () => {
    const { clock, runs, handle } = await bootAround({ around: () => [], work: () => () => {} });
    await clock.advance(9999);
    const now = clock.now.bind(clock);
    jest.spyOn(clock, 'now').mockImplementation(() => now() + 1500); // it has been busy since
    await clock.advance(1);
    expect(handle.info().runs).toBe(2);
    expect(runs.map(({ lateness }) => lateness)).toEqual([0, 1500]);
  });

  it.each([
    { title: 'that was resumed before it was due', pause: 3, resume: 5, want: '2 at 11: 0' },
    { title: 'that was resumed long after it was due', pause: 3, resume: 500, want: '2 at 500: 0' },
  ])('is 0 in a loop $title', async ({ pause, resume, want }) => {
    const { clock, handle, runs, begins } = await bootAround({ around: () => [] });
    await clock.advance(pause * 1000);
    await handle.pause();
    await clock.advance((resume - pause) * 1000);
    handle.resume();
    await clock.advance(15_000);
    expect(latenesses(runs, begins)[1]).toBe(want);
  });

  it('counts from the resume on if the loop was due during a pause, and the run before it lasts longer', async () => {
    const { clock, handle, runs, begins } = await bootAround({
      kind: 'nonSlidingUntil',
      around: () => [],
      work: (sleep) => {
        let number = 0;
        return () => sleep(++number === 1 ? 27_000 : 1000);
      },
    });
    await clock.advance(3000);
    void handle.pause();
    await clock.advance(17_000); // it has been due since 10
    handle.resume();
    await clock.advance(10_000);
    expect(latenesses(runs, begins)).toEqual(['1 at 0: 0', '2 at 27: 7']);
  });

  it('counts from when the loop is due if it was resumed before that, during a long run', async () => {
    const { clock, handle, runs, begins } = await bootAround({
      kind: 'nonSlidingUntil',
      around: () => [],
      work: (sleep) => {
        let number = 0;
        return () => sleep(++number === 1 ? 27_000 : 1000);
      },
    });
    await clock.advance(3000);
    void handle.pause();
    await clock.advance(2000);
    handle.resume();
    await clock.advance(25_000);
    expect(latenesses(runs, begins)).toEqual(['1 at 0: 0', '2 at 27: 17']);
  });

  it('is 0 for a run that was asked for, also if it was overdue', async () => {
    const { clock, handle, runs, begins } = await bootAround({
      kind: 'nonSlidingUntil',
      around: () => [],
      work: (sleep) => () => sleep(15_000),
    });
    await clock.advance(12_000);
    void handle.trigger();
    await clock.advance(5000);
    expect(latenesses(runs, begins)).toEqual(['1 at 0: 0', '2 at 15: 0']);
    expect(runs[1]?.cause).toBe('trigger');
  });

  it('is 0 for the first run of a term', async () => {
    const lease = new StolenLease();
    const { app, clock, runs } = await bootAround({
      around: () => [],
      loop: { leaderOnly: true },
      module: lease.options,
    });
    await clock.advance(5000);
    await lease.take({ app, clock });
    await clock.advance(100_000);
    await lease.giveBack({ app, clock });
    await clock.advance(1000);
    expect(runs.map(({ number, lateness, cause }) => [number, lateness, cause])).toEqual([
      [1, 0, 'schedule'],
      [2, 0, 'schedule'],
    ]);
  });

  it('is 0 for a run that is due because of an update', async () => {
    const { clock, runs, begins, handle } = await bootAround({ around: () => [], loop: { period: '1h' } });
    await clock.advance(1_800_000);
    handle.update({ period: '1m' });
    await clock.advance(0);
    expect(latenesses(runs, begins)).toEqual(['1 at 0: 0', '2 at 1800: 0']);
  });

  it('counts from when the failure backoff lets the loop try again', async () => {
    const { clock, runs, begins } = await bootAround({
      around: () => [],
      work: () => () => Promise.reject(new Error('boom')),
      loop: { failureBackoff: { initial: '1m', jitter: 0 } },
    });
    await clock.advance(60_000);
    expect(latenesses(runs, begins)).toEqual(['1 at 0: 0', '2 at 60: 0']);
  });

  it('does not change with the wall clock', async () => {
    const { clock, runs } = await bootAround({ around: () => [] });
    await clock.advance(5000);
    clock.setWallTime(new Date('2040-01-01T00:00:00Z'));
    await clock.advance(10_000);
    expect(runs.map(({ lateness }) => lateness)).toEqual([0, 0]);
  });
});
