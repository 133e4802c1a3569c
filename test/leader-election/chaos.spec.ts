import { monitorEventLoopDelay } from 'node:perf_hooks';
import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { PostgresLock } from 'nestjs-wait/leader-election/postgres';
import { Build } from '../support/build.js';
import { Candidate, DURATIONS, leaderOf, now, overlap, takeOver } from './support/candidates.js';
import { chosenEngines, type Engine } from './support/engines/engine.js';
import { POSTGRES } from './support/engines/postgres.js';
import { sleep, until } from './support/processes.js';
import { STARTERS } from './support/subjects/index.js';
import { newName } from './support/subjects/subject.js';

jest.setTimeout(180_000);

const JITTER = 2.2;

const engines = chosenEngines().filter((name) => name !== 'memory');

describe.each(engines)('on %s', (engineName) => {
  const { leaseDuration, renewDeadline, retryPeriod } = DURATIONS[engineName];
  // Twice the time in which another candidate sees that the lease has expired, and tries to acquire it.
  const bound = 2 * (leaseDuration + retryPeriod * JITTER);
  const released = 2 * retryPeriod * JITTER;
  const lateness = monitorEventLoopDelay({ resolution: 10 });
  let engine: Engine;
  let build: Build;
  let candidates: Candidate[] = [];

  beforeAll(async () => {
    lateness.enable();
    build = new Build();
    engine = await STARTERS[engineName]();
    await engine.start();
    if (engineName === 'postgres') {
      const connection = { ...POSTGRES, host: '127.0.0.1', port: engine.port };
      const lock = new PostgresLock({ name: 'table', connection });
      await lock.createTable();
      await lock.close();
    }
  });

  afterEach(async () => {
    await Promise.all(candidates.map((candidate) => candidate.close()));
    candidates = [];
  });

  afterAll(async () => {
    lateness.disable();
    await engine?.close(); // there is none when its start failed
    build?.remove();
  });

  async function start(count: number, openWindows = false): Promise<Candidate> {
    const election = { engine, name: newName(), build: build.folder, openWindows };
    candidates = await Promise.all(
      Array.from({ length: count }, (_, index) => Candidate.start(`candidate-${index}`, election)),
    );
    await Promise.all(candidates.map((candidate) => candidate.says('ready')));
    const leader = await leaderOf(candidates);
    await sleep(retryPeriod * 3); // it has renewed
    lateness.reset();
    return leader;
  }

  /** Prints a figure of a test that has passed. */
  function note(text: string): void {
    process.stdout.write(`${engineName}: ${text}\n`);
  }

  /** Expects that no two candidates worked at once, and that the next one worked in time. */
  function expectHandover(scenario: string, took: number, within: number): void {
    expect(overlap(candidates)).toBe(0);
    // A busy machine is as late for the candidates, for each of about three steps, as for this process.
    expect(took).toBeLessThan(within + (3 * lateness.max) / 1e6);
    note(`${scenario}: the next leader worked after ${took.toFixed(0)} ms, and never two at once`);
  }

  it('another takes over from a leader that is killed', async () => {
    const leader = await start(3);
    leader.process.kill('SIGKILL');
    const since = now();
    const took = await takeOver(candidates, leader, since);
    expectHandover('leader killed', took, bound);
  });

  it('another takes over from a leader that is told to end, within one attempt', async () => {
    const leader = await start(3);
    const since = now();
    leader.process.kill('SIGTERM');
    const took = await takeOver(candidates, leader, since);
    expectHandover('leader told to end', took, released);
    await leader.says('ended');
  });

  it('another takes over from a leader that is paused for longer than the lease, and the first does no work when it goes on', async () => {
    const leader = await start(3);
    leader.process.kill('SIGSTOP');
    const since = now();
    const took = await takeOver(candidates, leader, since);
    await sleep(leaseDuration / 2);
    leader.process.kill('SIGCONT');
    await sleep(renewDeadline * 2);
    await leader.says('stopped');
    expectHandover('leader paused', took, bound);
  });

  it('another takes over from a leader that is cut off, and the first does no harm when it is back', async () => {
    const leader = await start(3);
    leader.proxy.set('blackhole');
    const since = now();
    const took = await takeOver(candidates, leader, since);
    leader.proxy.set('pass');
    await sleep(leaseDuration * 2);
    expectHandover('leader cut off', took, bound);
    expect((await leaderOf(candidates)).identity).not.toBe(leader.identity);
  });

  it('a leader whose connection breaks leads on with another one', async () => {
    const leader = await start(3);
    leader.proxy.set('cut');
    leader.proxy.set('pass');
    await sleep(leaseDuration * 2);
    expect(overlap(candidates)).toBe(0);
    expect((await leaderOf(candidates)).identity).toBe(leader.identity);
  });

  it('nobody else leads when every reply comes late', async () => {
    const leader = await start(3);
    for (const { proxy } of candidates) {
      proxy.set({ delay: retryPeriod / 10 });
    }
    await sleep(leaseDuration * 2);
    expect(overlap(candidates)).toBe(0);
    expect((await leaderOf(candidates)).identity).toBe(leader.identity);
  });

  it('one leads again when the server is back from a crash', async () => {
    await start(3);
    await engine.crash();
    await engine.start();
    const since = now();
    const took = await takeOver(candidates, undefined, since);
    await sleep(leaseDuration);
    expectHandover('server restarted', took, bound);
  });

  it('nobody leads while the server is down for longer than the lease, and one when it is back', async () => {
    await start(3);
    await engine.crash();
    const down = now();
    await sleep(leaseDuration * 2);
    const fenced = Math.max(...candidates.map(({ lastWork }) => lastWork)) - down;
    expect(fenced).toBeLessThan(renewDeadline + 50);
    await engine.start();
    const took = await takeOver(candidates, undefined, now());
    await sleep(leaseDuration);
    expectHandover('server down for longer than the lease', took, bound);
  });

  it('one of twelve leads', async () => {
    const since = now();
    await start(12);
    await sleep(leaseDuration * 2);
    const readyToWork = Math.min(...candidates.map(({ work }) => work[0] ?? Infinity)) - since;
    expect(overlap(candidates)).toBe(0);
    expect(candidates.filter(({ work }) => work.length > 0)).toHaveLength(1);
    note(`one of twelve worked ${readyToWork.toFixed(0)} ms after the start of their processes`);
  });

  // Without the rules there must be an overlap. Otherwise the tests above could not see one.
  describe('with the four rules switched off, as in client-go', () => {
    it('two lead after a pause, which shows that an overlap is seen', async () => {
      const leader = await start(2, true);
      leader.process.kill('SIGSTOP');
      await takeOver(candidates, leader, now());
      await sleep(leaseDuration / 2);
      leader.process.kill('SIGCONT');
      await expectOverlap(candidates);
    });

    it("a release wipes the successor's lease, which shows that an overlap is seen", async () => {
      // The leader is paused until another one leads. When it goes on, it gives up and releases.
      const leader = await start(3, true);
      leader.process.kill('SIGSTOP');
      await takeOver(candidates, leader, now());
      leader.process.kill('SIGTERM');
      leader.process.kill('SIGCONT'); // it releases as its last act
      await expectOverlap(candidates.filter((candidate) => candidate !== leader));
    });

    function expectOverlap(among: readonly Candidate[]): Promise<void> {
      return until('an overlap', () => overlap(among) > 0);
    }
  });
});
