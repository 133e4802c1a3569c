import { describe, expect, it } from '@jest/globals';
import { LeaderElection, type LoopEvent, type LoopHandle } from 'nestjs-wait';
import { boot, compile, type Booted } from '../support/boot.js';
import { EventLines } from '../support/event-lines.js';
import { StolenLease } from '../support/stolen-lease.js';

/** What was heard, without the times, which depend on when the replica asks for the lease. */
const withoutTimes = (lines: readonly string[]): string[] =>
  lines.map((line) => line.replace(/^[\d.]+ /, ''));

interface Leader extends Booted {
  readonly lease: StolenLease;
  readonly heard: EventLines;
}

/** Boots a replica that leads, and listens from the beginning. */
async function bootLeader(loops: (booted: Booted) => void): Promise<Leader> {
  const lease = new StolenLease();
  const booted = await compile({}, lease.options);
  const heard = EventLines.of(booted);
  loops(booted);
  await booted.app.init();
  await booted.clock.advance(0);
  return { ...booted, lease, heard };
}

describe('the events of a leader-only loop', () => {
  it('tell of its terms, which begin and end between its start and its stop', async () => {
    const { app, clock, registry, heard, lease } = await bootLeader(({ service }) => {
      service.until(() => {}, { name: 'job', period: '10s', leaderOnly: true });
    });
    await clock.advance(1000);
    await lease.take({ app, clock });
    await clock.advance(20_000);
    await lease.giveBack({ app, clock });
    await clock.advance(1000);
    await registry.get('job')?.stop();
    expect(withoutTimes(heard.lines)).toEqual([
      'job: started',
      'job: leading (default)',
      'job: run-started (1, schedule)',
      'job: run-ended (1, succeeded)',
      'job: stopped-leading (default)',
      'job: leading (default)',
      'job: run-started (2, schedule)',
      'job: run-ended (2, succeeded)',
      'job: stopped-leading (default)',
      'job: stopped',
    ]);
  });

  it('tell of a lease that is lost in a run when the run has ended, since the term lasts so long for the loop', async () => {
    const { app, clock, heard, lease } = await bootLeader(({ service, clock: time }) => {
      const run = async (signal: AbortSignal): Promise<void> => {
        await time.sleep(8000);
        signal.throwIfAborted();
      };
      service.until(run, { name: 'job', period: '10s', leaderOnly: true });
    });
    await clock.advance(1000);
    await lease.take({ app, clock });
    await clock.advance(10_000);
    expect(heard.lines.slice(2)).toEqual([
      '0 job: run-started (1, schedule)',
      '8 job: run-ended (1, aborted)',
      '8 job: stopped-leading (default)',
    ]);
  });

  it('come for each loop of the group, and for no loop that every replica runs', async () => {
    const { app, clock, heard, lease } = await bootLeader(({ service }) => {
      service.until(() => {}, { name: 'a', period: '1h', leaderOnly: true });
      service.until(() => {}, { name: 'b', period: '1h', leaderOnly: true, workers: 2 });
      service.until(() => {}, { name: 'everywhere', period: '1h' });
    });
    await lease.take({ app, clock });
    const terms = withoutTimes(heard.lines).filter((line) => line.includes('leading'));
    expect(terms.toSorted()).toEqual([
      'a: leading (default)',
      'a: stopped-leading (default)',
      'b#0: leading (default)',
      'b#0: stopped-leading (default)',
      'b#1: leading (default)',
      'b#1: stopped-leading (default)',
    ]);
  });

  it('have the group and the date of the term', async () => {
    const { app, clock, heard, lease } = await bootLeader(({ service }) => {
      service.until(() => {}, { name: 'job', period: '1h', leaderOnly: true });
    });
    const beganAt = new Date(clock.wallNow());
    await lease.take({ app, clock });
    const lostAt = new Date(clock.wallNow());
    const terms = heard.events.filter(({ type }) => type.includes('leading'));
    expect(terms).toEqual([
      { type: 'leading', loop: 'job', at: beganAt, leaderOnly: 'default' },
      { type: 'stopped-leading', loop: 'job', at: lostAt, leaderOnly: 'default' },
    ] satisfies LoopEvent[]);
  });

  it('tell of the term of a loop that is started while this replica leads', async () => {
    const { clock, service, heard } = await bootLeader(() => {});
    await clock.advance(1000);
    service.until(() => {}, { name: 'late', period: '1h', leaderOnly: true });
    await clock.advance(0);
    expect(heard.lines).toEqual([
      '1 late: started',
      '1 late: leading (default)',
      '1 late: run-started (1, schedule)',
      '1 late: run-ended (1, succeeded)',
    ]);
  });

  it('tell only of the start of a loop whose replica does not lead', async () => {
    const lease = new StolenLease();
    const booted = await boot({}, lease.options);
    await lease.take(booted);
    const heard = EventLines.of(booted);
    const handle = booted.service.until(() => {}, { name: 'job', period: '10s', leaderOnly: true });
    await booted.clock.advance(60_000);
    expect(withoutTimes(heard.lines)).toEqual(['job: started']);
    await handle.pause('on standby');
    handle.resume();
    await handle.stop();
    expect(withoutTimes(heard.lines)).toEqual([
      'job: started',
      'job: paused (on standby)',
      'job: resumed',
      'job: stopped',
    ]);
  });

  it('end with a stop, and with no event of a term after it', async () => {
    const { app, clock, registry, heard, lease } = await bootLeader(({ service }) => {
      service.until(() => {}, { name: 'job', period: '10s', leaderOnly: true });
    });
    await registry.get('job')?.stop();
    heard.take();
    await lease.take({ app, clock });
    await lease.giveBack({ app, clock });
    await clock.advance(20_000);
    expect(heard.lines).toEqual([]);
  });

  it('end with a stop at shutdown, after the run in progress', async () => {
    const { clock, heard, app } = await bootLeader(({ service, clock: time }) => {
      service.until(() => time.sleep(2000), { name: 'job', period: '10s', leaderOnly: true });
    });
    await clock.advance(1000);
    heard.take();
    const closed = app.close();
    await clock.advance(20_000);
    await closed;
    expect(heard.lines).toEqual([
      '2 job: run-ended (1, succeeded)',
      '2 job: stopped-leading (default)',
      '2 job: stopped',
    ]);
  });

  it('have the fencing token in the run', async () => {
    const { app, clock, heard } = await bootLeader(({ service }) => {
      service.until(() => {}, { name: 'job', period: '1h', leaderOnly: true });
    });
    await clock.advance(0);
    const [run] = heard.events.flatMap((event) => ('run' in event ? [event.run] : []));
    expect(run).toMatchObject({
      leaderOnly: 'default',
      fencingToken: app.get(LeaderElection).fencingToken(),
    });
    expect(run?.fencingToken).toEqual(expect.any(String));
  });

  it('go on when a term ends during a pause, which lasts', async () => {
    const { app, clock, registry, heard, lease } = await bootLeader(({ service }) => {
      service.until(() => {}, { name: 'job', period: '10s', leaderOnly: true });
    });
    await registry.get('job')?.pause('incident');
    await lease.take({ app, clock });
    await lease.giveBack({ app, clock });
    await clock.advance(20_000);
    expect(withoutTimes(heard.lines).slice(4)).toEqual([
      'job: paused (incident)',
      'job: stopped-leading (default)',
      'job: leading (default)',
    ]);
  });
});

describe('a listener that steers a leader-only loop as its term begins or ends', () => {
  const run = ['job: run-started (1, schedule)', 'job: run-ended (1, succeeded)'];
  const term = ['job: started', 'job: leading (default)'];

  it.each<{
    readonly title: string;
    readonly on: LoopEvent['type'];
    readonly act: (handle: LoopHandle) => void;
    readonly want: readonly string[];
  }>([
    {
      title: 'stops it as its term begins',
      on: 'leading',
      act: (handle) => void handle.stop(),
      want: [...term, 'job: stopped-leading (default)', 'job: stopped'],
    },
    {
      title: 'pauses it as its term begins',
      on: 'leading',
      act: (handle) => void handle.pause('not yet'),
      want: [...term, 'job: paused (not yet)', 'job: stopped-leading (default)', 'job: leading (default)'],
    },
    {
      title: 'stops it as its term ends',
      on: 'stopped-leading',
      act: (handle) => void handle.stop(),
      want: [...term, ...run, 'job: stopped-leading (default)', 'job: stopped'],
    },
    {
      title: 'pauses it as its term ends',
      on: 'stopped-leading',
      act: (handle) => void handle.pause('enough'),
      want: [
        ...term,
        ...run,
        'job: stopped-leading (default)',
        'job: paused (enough)',
        'job: leading (default)',
      ],
    },
    {
      title: 'triggers it in vain as its term ends',
      on: 'stopped-leading',
      act: (handle) => void handle.trigger(),
      want: [
        ...term,
        ...run,
        'job: stopped-leading (default)',
        'job: leading (default)',
        'job: run-started (2, schedule)',
        'job: run-ended (2, succeeded)',
      ],
    },
  ])('$title', async ({ on, act, want }) => {
    const { app, clock, registry, heard, lease } = await bootLeader((booted) => {
      const handle = booted.service.until(() => {}, { name: 'job', period: '1h', leaderOnly: true });
      let isFirst = true;
      booted.registry.onLoopEvent(({ type }) => {
        if (type === on && isFirst) {
          isFirst = false;
          act(handle);
        }
      });
    });
    await clock.advance(1000);
    await lease.take({ app, clock });
    await clock.advance(1000);
    await lease.giveBack({ app, clock });
    await clock.advance(1000);
    expect(withoutTimes(heard.lines)).toEqual(want);
    expect(registry.get('job') === undefined).toBe(want.at(-1) === 'job: stopped');
  });
});
