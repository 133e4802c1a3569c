import { describe, expect, it, jest } from '@jest/globals';
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

describe('a trigger that gets no run', () => {
  it('rejects when its loop is stopped, and does not wait for the end of the run', async () => {
    const { service, clock } = await boot({});
    const outcomes = new Outcomes(clock);
    const handle = service.until(() => clock.sleep(2000), { name: 'job', period: '10s' });
    await clock.advance(1000);
    steer(handle, 'trigger', outcomes);
    await clock.advance(500);
    steer(handle, 'stop', outcomes);
    await clock.advance(5000);
    expect(outcomes.lines).toEqual(['trigger: WAIT_ERR_LOOP_STOPPED at 1.5', 'stop: resolved at 2']);
  });

  it('rejects when its loop is stopped in a run that never ends, and not after shutdownTimeout', async () => {
    const { service, clock } = await boot({});
    const outcomes = new Outcomes(clock);
    const handle = service.until(() => clock.sleep(600_000), { name: 'job', period: '10s', workers: 2 });
    await clock.advance(1000);
    steer(handle, 'trigger', outcomes);
    steer(handle, 'stop', outcomes);
    await clock.advance(60_000);
    expect(outcomes.lines).toEqual(['trigger: WAIT_ERR_LOOP_STOPPED at 1', 'stop: resolved at 26']);
  });

  it.each([
    { title: 'of one worker', workers: 1 },
    { title: 'of several workers', workers: 2 },
  ])('rejects when a crash has ended the loop $title, and an update is refused then', async ({ workers }) => {
    const crashHandlers = [
      (error: unknown): never => {
        throw error as Error;
      },
    ];
    const { service, clock, registry } = await boot({}, { crashHandlers });
    const outcomes = new Outcomes(clock);
    const events: string[] = [];
    const fail = (): Promise<never> => Promise.reject(new Error('boom'));
    const handle = service.until(fail, { name: 'job', period: '1s', workers });
    await expect(handle.done).rejects.toThrow('boom');
    registry.onLoopEvent(({ type }) => events.push(type));
    steer(handle, 'trigger', outcomes);
    steer(handle, 'update 5s', outcomes);
    await clock.advance(60_000);
    expect(outcomes.lines).toEqual([
      'update: WAIT_ERR_LOOP_STOPPED at 0',
      'trigger: WAIT_ERR_LOOP_STOPPED at 0',
    ]);
    expect(events).toEqual([]);
  });

  it('rejects when the application closes', async () => {
    const { service, clock, close } = await boot({});
    const outcomes = new Outcomes(clock);
    const handle = service.until(() => clock.sleep(5000), { name: 'job', period: '1h' });
    await clock.advance(1000);
    steer(handle, 'trigger', outcomes);
    await close();
    expect(outcomes.lines).toEqual(['trigger: WAIT_ERR_LOOP_STOPPED at 1']);
  });

  it('rejects when the lease is lost, while a pause awaits the end of the run', async () => {
    const { clock, handle, outcomes, lease, app } = await leading(27_000);
    steer(handle, 'trigger', outcomes);
    steer(handle, 'pause', outcomes);
    await lease.take({ app, clock });
    const lost = clock.now() / 1000;
    expect(outcomes.lines).toEqual([`trigger: WAIT_ERR_NOT_LEADER at ${lost}`]);
    expect(handle.info()).toMatchObject({ state: 'running', paused: true });
    await clock.advance(27_000 - clock.now());
    expect(outcomes.lines.slice(1)).toEqual(['pause: resolved at 27']);
    expect(handle.info()).toMatchObject({ state: 'standby', paused: true });
  });

  it('rejects at once when the lease is over, though nobody has told the loop yet', async () => {
    const { clock, handle, outcomes, starts } = await leading();
    const now = clock.now.bind(clock);
    clock.now = () => now() + 10_000; // as after a pause of the process, before the first timer
    const unhandled = jest.fn();
    process.on('unhandledRejection', unhandled);
    steer(handle, 'trigger', outcomes);
    await clock.advance(0);
    process.off('unhandledRejection', unhandled);
    expect(unhandled).not.toHaveBeenCalled();
    expect(outcomes.lines.map((line) => line.replace(/ at .*/, ''))).toEqual([
      'trigger: WAIT_ERR_NOT_LEADER',
    ]);
    expect(starts).toEqual([0]);
  });
});
