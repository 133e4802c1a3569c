import { describe, expect, it } from '@jest/globals';
import { Injectable } from '@nestjs/common';
import { LoopRegistry, Until, type LoopHandle } from 'nestjs-wait';
import { boot, type Booted } from '../support/boot.js';
import { Outcomes, steer } from '../support/steering.js';

/** Three workers, whose runs take 2 s, 3 s and 4 s in turn, with a period of 10 s. */
interface Subject extends Booted {
  readonly outcomes: Outcomes;
  readonly all: LoopHandle;
  readonly one: (index: number) => LoopHandle;
  /** Which worker began a run, and when: `#1 at 12`. */
  readonly starts: string[];
}

async function threeWorkers(): Promise<Subject> {
  const booted = await boot({});
  const { clock, service, registry } = booted;
  const starts: string[] = [];
  const begun = [0, 0, 0];
  const tick = async (): Promise<void> => {
    // A worker that has ended has left the registry.
    const counts = begun.map((count, index) => registry.get(`tick#${index}`)?.info().runs ?? count);
    const worker = counts.findIndex((count, index) => count > begun[index]!);
    begun[worker] = counts[worker]!;
    starts.push(`#${worker} at ${clock.now() / 1000}`);
    await clock.sleep(2000 + 1000 * worker);
  };
  const all = service.until(tick, { name: 'tick', period: '10s', workers: 3 });
  await clock.advance(0);
  const one = (index: number): LoopHandle => registry.get(`tick#${index}`)!;
  return { ...booted, outcomes: new Outcomes(clock), all, one, starts };
}

const FIRST = ['#0 at 0', '#1 at 0', '#2 at 0'];

/** What is done to all workers, and to worker 1 alone, and what that gives within 16.5 s. */
const rows = [
  {
    script: '5 pause',
    wantAll: FIRST,
    wantAllOutcomes: ['pause: resolved at 5'],
    wantOne: [...FIRST, '#0 at 12', '#2 at 14'],
    wantOneOutcomes: ['pause: resolved at 5'],
  },
  {
    script: '1 pause',
    wantAll: FIRST,
    wantAllOutcomes: ['pause: resolved at 4'],
    wantOne: [...FIRST, '#0 at 12', '#2 at 14'],
    wantOneOutcomes: ['pause: resolved at 3'],
  },
  {
    script: '1 pause, 1.5 resume',
    wantAll: [...FIRST, '#0 at 12', '#1 at 13', '#2 at 14'],
    wantAllOutcomes: ['pause: resolved at 1.5'],
    wantOne: [...FIRST, '#0 at 12', '#1 at 13', '#2 at 14'],
    wantOneOutcomes: ['pause: resolved at 1.5'],
  },
  {
    script: '5 pause, 16 resume',
    wantAll: [...FIRST, '#0 at 16', '#1 at 16', '#2 at 16'],
    wantAllOutcomes: ['pause: resolved at 5'],
    wantOne: [...FIRST, '#0 at 12', '#2 at 14', '#1 at 16'],
    wantOneOutcomes: ['pause: resolved at 5'],
  },
  {
    script: '5 trigger',
    wantAll: [...FIRST, '#0 at 5', '#1 at 13', '#2 at 14'],
    wantAllOutcomes: ['trigger: run 2 succeeded at 7'],
    wantOne: [...FIRST, '#1 at 5', '#0 at 12', '#2 at 14'],
    wantOneOutcomes: ['trigger: run 2 succeeded at 8'],
  },
  {
    script: '5 trigger, 5.5 trigger, 6 trigger',
    wantAll: [...FIRST, '#0 at 5', '#1 at 5.5', '#2 at 6'],
    wantAllOutcomes: [
      'trigger: run 2 succeeded at 10',
      'trigger: run 2 succeeded at 7',
      'trigger: run 2 succeeded at 8.5',
    ],
    wantOne: [...FIRST, '#1 at 5', '#1 at 8', '#0 at 12', '#2 at 14'],
    wantOneOutcomes: [
      'trigger: run 2 succeeded at 8',
      'trigger: run 3 succeeded at 11',
      'trigger: run 3 succeeded at 11',
    ],
  },
  {
    script: '1 trigger, 1.5 trigger',
    wantAll: [...FIRST, '#0 at 2', '#1 at 13', '#0 at 14', '#2 at 14'],
    wantAllOutcomes: ['trigger: run 2 succeeded at 4', 'trigger: run 2 succeeded at 4'],
    wantOne: [...FIRST, '#1 at 3', '#0 at 12', '#2 at 14', '#1 at 16'],
    wantOneOutcomes: ['trigger: run 2 succeeded at 6', 'trigger: run 2 succeeded at 6'],
  },
  {
    script: '2.5 trigger',
    wantAll: [...FIRST, '#0 at 2.5', '#1 at 13', '#2 at 14', '#0 at 14.5'],
    wantAllOutcomes: ['trigger: run 2 succeeded at 4.5'],
    wantOne: [...FIRST, '#1 at 3', '#0 at 12', '#2 at 14', '#1 at 16'],
    wantOneOutcomes: ['trigger: run 2 succeeded at 6'],
  },
  {
    script: '5 update 6s',
    wantAll: [...FIRST, '#0 at 8', '#1 at 9', '#2 at 10', '#0 at 16'],
    wantAllOutcomes: [],
    wantOne: [...FIRST, '#1 at 9', '#0 at 12', '#2 at 14'],
    wantOneOutcomes: [],
  },
  {
    script: '1 stop',
    wantAll: FIRST,
    wantAllOutcomes: ['stop: resolved at 4'],
    wantOne: [...FIRST, '#0 at 12', '#2 at 14'],
    wantOneOutcomes: ['stop: resolved at 3'],
  },
];

async function play(subject: Subject, script: string, handle: LoopHandle): Promise<string[]> {
  const { clock, outcomes } = subject;
  for (const step of script.split(', ')) {
    const [seconds, ...action] = step.split(' ');
    await clock.advance(Number(seconds) * 1000 - clock.now());
    steer(handle, action.join(' '), outcomes);
  }
  await clock.advance(16_500 - clock.now());
  return outcomes.lines.toSorted();
}

// Workers that are due at one instant may begin in any order.
const sorted = (starts: readonly string[]): string[] =>
  starts.toSorted((a, b) => Number(a.split(' ')[2]) - Number(b.split(' ')[2]) || a.localeCompare(b));

describe('the handle of all workers', () => {
  it.each(rows)('acts on each worker: $script', async ({ script, wantAll, wantAllOutcomes }) => {
    const subject = await threeWorkers();
    expect(subject.registry.get('tick')!.name).toBe('tick');
    expect({ outcomes: await play(subject, script, subject.all), starts: sorted(subject.starts) }).toEqual({
      outcomes: wantAllOutcomes,
      starts: wantAll,
    });
  });

  it.each(rows)('of the registry does the same: $script', async ({ script, wantAll, wantAllOutcomes }) => {
    const subject = await threeWorkers();
    const handle = subject.registry.get('tick')!;
    expect({ outcomes: await play(subject, script, handle), starts: sorted(subject.starts) }).toEqual({
      outcomes: wantAllOutcomes,
      starts: wantAll,
    });
  });

  it('tells its own name, sums of the counters, and the state of those that do the most', async () => {
    const { clock, all, one, registry, close } = await threeWorkers();
    expect(all.info()).toMatchObject({ name: 'tick', state: 'running', runs: 3, paused: false });
    await clock.advance(3500);
    await one(0).pause('broken');
    expect(registry.list().map(({ name, state, paused }) => [name, state, paused])).toEqual([
      ['tick#0', 'paused', true],
      ['tick#1', 'waiting', false],
      ['tick#2', 'running', false],
    ]);
    expect(all.info()).toMatchObject({ state: 'running', paused: false });
    await clock.advance(1000);
    expect(all.info()).toMatchObject({ state: 'waiting', paused: false });
    await one(1).pause();
    await one(2).pause();
    expect(all.info()).toMatchObject({ state: 'paused', paused: true });
    await one(0).stop();
    expect(all.info()).toMatchObject({ state: 'paused', paused: true });
    expect(registry.list().map(({ name }) => name)).toEqual(['tick#1', 'tick#2']);
    await close();
    expect(all.info()).toMatchObject({ state: 'stopped', runs: 3 });
  });

  it('has the latest of the last dates, the earliest of the next, and the largest streak of failures', async () => {
    const { clock, service, registry } = await boot({});
    let workers = 0;
    const all = service.until(
      async () => {
        const worker = workers++ % 2;
        await clock.sleep(1000 + worker * 1000);
        if (worker === 1) {
          throw new Error('boom');
        }
      },
      { name: 'tick', period: '10s', workers: 2 },
    );
    await clock.advance(500);
    const [first, second] = registry.list();
    expect(all.info().runningSince).toEqual(first!.runningSince);
    await clock.advance(2500);
    const info = all.info();
    const each = registry.list();
    expect(info).toMatchObject({ runs: 2, failures: 1, consecutiveFailures: 1, state: 'waiting' });
    expect(info.lastSuccess).toEqual(each[0]!.lastSuccess);
    expect(info.lastFailure).toEqual(each[1]!.lastFailure);
    expect(info.nextStart).toEqual(each[0]!.nextStart);
    expect(info.lastStart).toEqual(second!.lastStart);
    expect(each[1]!.nextStart!.getTime() - each[0]!.nextStart!.getTime()).toBe(1000);
    expect(info.lastError).toMatchObject({ message: 'boom' });
  });

  it('belongs to decorated loops too, and has one handle a worker beside it', async () => {
    @Injectable()
    class Job {
      @Until({ period: '10s', workers: 2 })
      tick(): void {}
    }
    const { registry, clock } = await boot({ providers: [Job] });
    expect(registry.list().map(({ name }) => name)).toEqual(['Job.tick#0', 'Job.tick#1']);
    expect(registry.get('Job.tick')?.info()).toMatchObject({ name: 'Job.tick', runs: 2 });
    expect(registry.get('Job.tick#1')?.info()).toMatchObject({ name: 'Job.tick#1', runs: 1 });
    expect(registry.get('Job.tick#2')).toBeUndefined();
    expect(registry.get('Job')).toBeUndefined();
    await registry.get('Job.tick#1')!.stop();
    await registry.get('Job.tick')!.pause();
    await clock.advance(60_000);
    expect(registry.get('Job.tick')?.info()).toMatchObject({ state: 'paused', paused: true, runs: 2 });
    await expect(registry.get('Job.tick')!.trigger()).resolves.toMatchObject({ outcome: 'succeeded' });
    expect(registry.get('Job.tick#0')?.info()).toMatchObject({ state: 'paused', runs: 2 });
  });

  it('updates no worker when the new backoff manager of one of them cannot be made', async () => {
    const { service, clock } = await boot({});
    const starts: number[] = [];
    let made = 0;
    const handle = service.backoffUntil(() => starts.push(clock.now() / 1000), {
      name: 'tick',
      workers: 2,
      backoffManager: () => {
        made++;
        if (made === 4) {
          throw new Error('no more managers');
        }
        return { backoff: () => (made > 2 ? 1000 : 10_000) };
      },
    });
    await clock.advance(5000);
    const before = handle.info();
    expect(() => handle.update({ timeout: '3s' })).toThrow(/no more managers|backoffManager/);
    made = 2;
    expect(handle.info()).toEqual(before);
    await clock.advance(16_000);
    expect(starts).toEqual([0, 0, 10, 10, 20, 20]);
  });

  it('rejects a trigger, and refuses an update, when the last worker has stopped', async () => {
    const { all, one, clock } = await threeWorkers();
    await clock.advance(5000);
    await Promise.all([one(0).stop(), one(1).stop(), one(2).stop()]);
    await expect(all.done).resolves.toBeUndefined();
    await expect(all.trigger()).rejects.toMatchObject({ code: 'WAIT_ERR_LOOP_STOPPED' });
    expect(() => all.update({ period: '1s' })).toThrow(
      expect.objectContaining({ code: 'WAIT_ERR_LOOP_STOPPED' }),
    );
    await all.pause();
    expect(() => all.resume()).not.toThrow();
  });

  it('gives a trigger that waits for any worker to another one when a worker is stopped', async () => {
    const { all, one, clock, outcomes, starts } = await threeWorkers();
    await clock.advance(1000);
    steer(all, 'trigger', outcomes);
    void one(0).stop();
    await clock.advance(9000);
    expect(outcomes.lines).toEqual(['trigger: run 2 succeeded at 6']);
    expect(starts).toEqual([...FIRST, '#1 at 3']);
  });

  it('gives a trigger to a worker that is idle although another worker has been asked for a run', async () => {
    const { all, one, clock, outcomes, starts } = await threeWorkers();
    await clock.advance(2500); // only the first worker is idle
    outcomes.watch('trigger of #1', one(1).trigger());
    outcomes.watch('trigger of all', all.trigger());
    await clock.advance(4500);
    expect(starts).toEqual([...FIRST, '#0 at 2.5', '#1 at 3']);
    expect(outcomes.lines).toEqual([
      'trigger of all: run 2 succeeded at 4.5',
      'trigger of #1: run 2 succeeded at 6',
    ]);
  });

  it('leaves a trigger to its own worker although another one answers those of all workers', async () => {
    const { all, one, clock, outcomes, starts } = await threeWorkers();
    await clock.advance(1000);
    outcomes.watch('trigger of all', all.trigger());
    outcomes.watch('trigger of #1', one(1).trigger());
    await clock.advance(6000);
    expect(starts).toEqual([...FIRST, '#0 at 2', '#1 at 3']);
    expect(outcomes.lines).toEqual([
      'trigger of all: run 2 succeeded at 4',
      'trigger of #1: run 2 succeeded at 6',
    ]);
  });

  it('resolves a pause when another worker makes the run that each of them would have made in its turn', async () => {
    const { clock, service, registry, logger } = await boot({});
    const outcomes = new Outcomes(clock);
    const all = service.until(() => clock.sleep(1000), { name: 'tick', period: '1h', workers: 2 });
    await clock.advance(5000);
    void registry.get('tick#0')!.trigger();
    void registry.get('tick#1')!.trigger();
    await clock.advance(500);
    outcomes.watch('trigger', all.trigger());
    outcomes.watch('pause', all.pause());
    await clock.advance(60_000);
    expect(outcomes.lines).toEqual(['trigger: run 3 succeeded at 7', 'pause: resolved at 7']);
    expect(logger.messages('warn')).toEqual([]);
  });

  it('is that of one loop without workers, of which there is no part', async () => {
    const { service, registry, clock } = await boot({});
    service.until(() => {}, { name: 'single', period: '1h' });
    await clock.advance(0);
    expect(registry.get('single')?.info()).toMatchObject({ name: 'single', state: 'waiting' });
    expect(registry.get('single#0')).toBeUndefined();
    expect(registry).toBeInstanceOf(LoopRegistry);
  });
});

describe('the handle of one worker', () => {
  it.each(rows)('acts on it alone: $script', async ({ script, wantOne, wantOneOutcomes }) => {
    const subject = await threeWorkers();
    const handle = subject.one(1);
    expect(handle.name).toBe('tick#1');
    expect({ outcomes: await play(subject, script, handle), starts: sorted(subject.starts) }).toEqual({
      outcomes: wantOneOutcomes,
      starts: wantOne,
    });
  });
});
