import { describe, expect, it } from '@jest/globals';
import type { LoopHandle } from 'nestjs-wait';
import { boot, type Booted } from '../support/boot.js';
import { Outcomes, steer } from '../support/steering.js';
import { StolenLease } from '../support/stolen-lease.js';

/** A loop of the leader every 10 s, whose runs take no time. */
interface Subject extends Booted {
  readonly lease: StolenLease;
  readonly handle: LoopHandle;
  readonly outcomes: Outcomes;
  /** When the runs began. */
  readonly starts: number[];
}

async function leading(runTime = 0): Promise<Subject> {
  const lease = new StolenLease();
  const booted = await boot({}, lease.options);
  const { clock, service } = booted;
  const starts: number[] = [];
  const run = async (): Promise<void> => {
    starts.push(clock.now());
    await clock.sleep(runTime);
  };
  const handle = service.until(run, { name: 'job', period: '10s', leaderOnly: true });
  await clock.advance(5000);
  return { ...booted, lease, handle, outcomes: new Outcomes(clock), starts };
}

/** The times of the runs since this replica leads again, for 14.5 s, in seconds after that. */
interface Row {
  readonly first: string;
  readonly second: string;
  readonly wantRuns: number[];
  readonly wantOutcome?: string;
}

const row = (first: string, second: string, wantRuns: number[], wantOutcome?: string): Row => ({
  first,
  second,
  wantRuns,
  ...(wantOutcome !== undefined && { wantOutcome }),
});

describe('a loop of the leader', () => {
  it.each([
    row('pause', 'pause', [], 'pause: resolved'),
    row('pause', 'resume', [3, 13]),
    row('pause', 'trigger', [3], 'trigger: run 2 succeeded'),
    row('pause', 'update 4s', []),
    row('pause', 'stop', [], 'stop: resolved'),
    row('resume', 'pause', [0], 'pause: resolved'),
    row('resume', 'resume', [0, 10]),
    row('resume', 'trigger', [0, 3, 13], 'trigger: run 3 succeeded'),
    row('resume', 'update 4s', [0, 4, 8, 12]),
    row('resume', 'stop', [0], 'stop: resolved'),
    row('trigger', 'pause', [0], 'pause: resolved'),
    row('trigger', 'resume', [0, 10]),
    row('trigger', 'trigger', [0, 3, 13], 'trigger: run 4 succeeded'),
    row('trigger', 'update 4s', [0, 4, 8, 12]),
    row('trigger', 'stop', [0], 'stop: resolved'),
    row('update 4s', 'pause', [0], 'pause: resolved'),
    row('update 4s', 'resume', [0, 4, 8, 12]),
    row('update 4s', 'trigger', [0, 3, 7, 11], 'trigger: run 4 succeeded'),
    row('update 4s', 'update 6s', [0, 6, 12]),
    row('update 4s', 'stop', [0], 'stop: resolved'),
    row('stop', 'pause', [], 'pause: resolved'),
    row('stop', 'resume', []),
    row('stop', 'trigger', [], 'trigger: WAIT_ERR_LOOP_STOPPED'),
    row('stop', 'update 4s', [], 'update: WAIT_ERR_LOOP_STOPPED'),
    row('stop', 'stop', [], 'stop: resolved'),
  ])(
    'takes "$first", loses the lease, wins it again, and takes "$second" three seconds later',
    async (pair) => {
      const { clock, handle, outcomes, lease, starts, ...replica } = await leading();
      steer(handle, pair.first, outcomes);
      await clock.advance(0);
      await lease.take({ ...replica, clock });
      await clock.advance(5000);
      await lease.giveBack({ ...replica, clock });
      const began = clock.now();
      outcomes.lines.length = 0;
      await clock.advance(3000);
      steer(handle, pair.second, outcomes);
      await clock.advance(11_500);
      expect({
        runs: starts.filter((start) => start >= began).map((start) => (start - began) / 1000),
        outcomes: outcomes.lines,
      }).toEqual({
        runs: pair.wantRuns,
        outcomes: pair.wantOutcome === undefined ? [] : [`${pair.wantOutcome} at ${(began + 3000) / 1000}`],
      });
    },
  );

  it.each([
    row('pause', 'pause', [], 'pause: resolved'),
    row('pause', 'resume', [0, 10]),
    row('pause', 'trigger', [], 'trigger: WAIT_ERR_NOT_LEADER'),
    row('pause', 'update 4s', []),
    row('pause', 'stop', [], 'stop: resolved'),
    row('resume', 'pause', [], 'pause: resolved'),
    row('resume', 'resume', [0, 10]),
    row('resume', 'trigger', [0, 10], 'trigger: WAIT_ERR_NOT_LEADER'),
    row('resume', 'update 4s', [0, 4, 8, 12]),
    row('resume', 'stop', [], 'stop: resolved'),
    row('trigger', 'pause', [], 'pause: resolved'),
    row('trigger', 'resume', [0, 10]),
    row('trigger', 'trigger', [0, 10], 'trigger: WAIT_ERR_NOT_LEADER'),
    row('trigger', 'update 4s', [0, 4, 8, 12]),
    row('trigger', 'stop', [], 'stop: resolved'),
    row('update 4s', 'pause', [], 'pause: resolved'),
    row('update 4s', 'resume', [0, 4, 8, 12]),
    row('update 4s', 'trigger', [0, 4, 8, 12], 'trigger: WAIT_ERR_NOT_LEADER'),
    row('update 4s', 'update 6s', [0, 6, 12]),
    row('update 4s', 'stop', [], 'stop: resolved'),
    row('stop', 'pause', [], 'pause: resolved'),
    row('stop', 'resume', []),
    row('stop', 'trigger', [], 'trigger: WAIT_ERR_LOOP_STOPPED'),
    row('stop', 'update 4s', [], 'update: WAIT_ERR_LOOP_STOPPED'),
    row('stop', 'stop', [], 'stop: resolved'),
  ])('takes "$first", loses the lease, takes "$second" on standby, and wins it again', async (pair) => {
    const { clock, handle, outcomes, lease, starts, ...replica } = await leading();
    steer(handle, pair.first, outcomes);
    await clock.advance(0);
    await lease.take({ ...replica, clock });
    await clock.advance(5000);
    outcomes.lines.length = 0;
    const standby = handle.info();
    steer(handle, pair.second, outcomes);
    const actedAt = clock.now() / 1000;
    await clock.advance(1000);
    await lease.giveBack({ ...replica, clock });
    const began = clock.now();
    await clock.advance(14_500);
    expect({
      standby: standby.state,
      paused: standby.paused,
      runs: starts.filter((start) => start >= began).map((start) => (start - began) / 1000),
      outcomes: outcomes.lines,
    }).toEqual({
      standby: pair.first === 'stop' ? 'stopped' : 'standby',
      paused: pair.first === 'pause',
      runs: pair.wantRuns,
      outcomes: pair.wantOutcome === undefined ? [] : [`${pair.wantOutcome} at ${actedAt}`],
    });
  });

  it('takes every action on standby before it has ever led', async () => {
    const lease = new StolenLease();
    const booted = await boot({}, lease.options);
    const { clock, service } = booted;
    await lease.take(booted);
    const starts: number[] = [];
    const handle = service.until(() => starts.push(clock.now()), {
      name: 'job',
      period: '10s',
      leaderOnly: true,
    });
    const outcomes = new Outcomes(clock);
    await clock.advance(0);
    expect(handle.info()).toMatchObject({ state: 'standby', paused: false });
    for (const action of ['pause', 'trigger', 'update 4s']) {
      steer(handle, action, outcomes);
    }
    await clock.advance(0);
    expect(outcomes.lines.map((line) => line.replace(/ at .*/, '')).toSorted()).toEqual([
      'pause: resolved',
      'trigger: WAIT_ERR_NOT_LEADER',
    ]);
    expect(handle.info()).toMatchObject({ state: 'standby', paused: true });
    await lease.giveBack(booted);
    await clock.advance(20_000);
    expect(handle.info()).toMatchObject({ state: 'paused', paused: true, runs: 0 });
    expect(starts).toEqual([]);
    handle.resume();
    const resumed = clock.now();
    await clock.advance(9000);
    expect(starts).toEqual([resumed, resumed + 4000, resumed + 8000]);
  });

  it('awaits the run for a pause when the lease is lost during it', async () => {
    const { clock, handle, outcomes, lease, app } = await leading(8000);
    steer(handle, 'pause', outcomes);
    await lease.take({ app, clock });
    expect(outcomes.lines).toEqual([]);
    expect(handle.info()).toMatchObject({ state: 'running', paused: true });
    await clock.advance(10_000 - clock.now());
    expect(outcomes.lines).toEqual(['pause: resolved at 8']);
    expect(handle.info()).toMatchObject({ state: 'standby', paused: true });
  });

  it('tells a trigger that its run was aborted when the lease is lost during it', async () => {
    const lease = new StolenLease();
    const { app, clock, service } = await boot({}, lease.options);
    const options = { name: 'job', period: '10s', leaderOnly: true };
    const handle = service.until(
      (signal) =>
        new Promise((_resolve, reject) => {
          signal.addEventListener('abort', () => reject(signal.reason as Error));
        }),
      { ...options, initialDelay: '1h' },
    );
    await clock.advance(1000);
    const result = handle.trigger();
    await lease.take({ app, clock });
    await expect(result).resolves.toMatchObject({ run: 1, outcome: 'aborted' });
    expect(handle.info()).toMatchObject({ state: 'standby', runs: 1, aborts: 1, failures: 0 });
    expect(handle.info()).toMatchObject({ lastOutcome: 'aborted', consecutiveFailures: 0 });
  });

  it('says in the log what a pause on one replica means for the others', async () => {
    const { handle, logger } = await leading();
    await handle.pause('incident 7');
    const [line] = logger.messages('log').filter((message) => message.includes('paused'));
    expect(line).toMatch(/^job: .*incident 7/);
    expect(line?.replaceAll('`', '')).toContain(
      "paused on this replica; another one that takes the lease will run it. For all: loops: { 'job': { enabled: false } }",
    );
  });
});
