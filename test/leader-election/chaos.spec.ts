import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { PostgresLock } from 'nestjs-wait/leader-election/postgres';
import { Build } from '../support/build.js';
import { Candidate, DURATIONS, leaderOf, now, overlap, takeOver } from './support/candidates.js';
import { chosenEngines, type Engine } from './support/engines/engine.js';
import { POSTGRES } from './support/engines/postgres.js';
import { sleep } from './support/processes.js';
import { newName, STARTERS } from './support/subjects.js';

jest.setTimeout(120_000);

const JITTER = 2.2;

const engines = chosenEngines().filter((name) => name !== 'memory');

describe.each(engines)('on %s', (engineName) => {
  const { leaseDuration, renewDeadline, retryPeriod } = DURATIONS[engineName];
  // Until another has seen the lease expire and tries; twice that, since the machine is shared.
  const bound = 2 * (leaseDuration + retryPeriod * JITTER);
  const released = 2 * retryPeriod * JITTER;
  let engine: Engine;
  let build: Build;
  let candidates: Candidate[] = [];

  beforeAll(async () => {
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
    await engine.close();
    build.remove();
  });

  async function start(count: number, openWindows = false): Promise<Candidate> {
    const election = { engine, name: newName(), build: build.folder, openWindows };
    candidates = await Promise.all(
      Array.from({ length: count }, (_, index) => Candidate.start(`candidate-${index}`, election)),
    );
    await Promise.all(candidates.map((candidate) => candidate.ready()));
    const leader = await leaderOf(candidates);
    await sleep(retryPeriod * 3); // it has renewed
    return leader;
  }

  function report(scenario: string, took: number): void {
    const overlapping = overlap(candidates).toFixed(0);
    process.stdout.write(
      `${engineName}, ${scenario}: overlap ${overlapping} ms, take-over ${took.toFixed(0)} ms\n`,
    );
  }

  /** No two worked at once, and the next one in time. */
  function expectHandover(scenario: string, took: number, within: number): void {
    report(scenario, took);
    expect(overlap(candidates)).toBe(0);
    expect(took).toBeLessThan(within);
  }

  it('another takes over from a leader that is killed', async () => {
    const leader = await start(3);
    leader.process.kill('SIGKILL');
    const since = now();
    const took = await takeOver(candidates, leader, since, bound * 2);
    expectHandover('kill -9', took, bound);
  });

  it('another takes over from a leader that is told to end, within one attempt', async () => {
    const leader = await start(3);
    const since = now();
    leader.process.kill('SIGTERM');
    const took = await takeOver(candidates, leader, since, bound);
    expectHandover('SIGTERM', took, released);
    expect(leader.words).toContain('ended');
  });

  it('another takes over from a leader that is paused for longer than the lease, and the first does no work when it goes on', async () => {
    const leader = await start(3);
    leader.process.kill('SIGSTOP');
    const since = now();
    const took = await takeOver(candidates, leader, since, bound * 2);
    await sleep(leaseDuration / 2);
    leader.process.kill('SIGCONT');
    await sleep(renewDeadline * 2);
    expectHandover('SIGSTOP', took, bound);
    expect(leader.words).toContain('stopped');
  });

  it('another takes over from a leader that is cut off, and the first does no harm when it is back', async () => {
    const leader = await start(3);
    leader.proxy.set('blackhole');
    const since = now();
    const took = await takeOver(candidates, leader, since, bound * 2);
    leader.proxy.set('pass');
    await sleep(leaseDuration * 2);
    expectHandover('cut off and healed', took, bound);
    expect((await leaderOf(candidates)).identity).not.toBe(leader.identity);
  });

  it('a leader whose connection breaks leads on with another one', async () => {
    const leader = await start(3);
    leader.proxy.set('cut');
    leader.proxy.set('pass');
    await sleep(leaseDuration * 2);
    report('connection broken', 0);
    expect(overlap(candidates)).toBe(0);
    expect((await leaderOf(candidates)).identity).toBe(leader.identity);
  });

  it('nobody else leads when every reply comes late', async () => {
    const leader = await start(3);
    for (const { proxy } of candidates) {
      proxy.set({ delay: retryPeriod / 10 });
    }
    await sleep(leaseDuration * 2);
    report('slow network', 0);
    expect(overlap(candidates)).toBe(0);
    expect((await leaderOf(candidates)).identity).toBe(leader.identity);
  });

  it('one leads again when the server is back from a crash', async () => {
    await start(3);
    await engine.crash();
    await engine.start();
    const since = now();
    const took = await anyWork(since, bound * 4);
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
    const took = await anyWork(now(), bound * 4);
    await sleep(leaseDuration);
    expectHandover('server down past the lease', took, bound);
  });

  it('one of twelve leads', async () => {
    const since = now();
    await start(12);
    await sleep(leaseDuration * 2);
    const readyToWork = Math.min(...candidates.map(({ work }) => work[0] ?? Infinity)) - since;
    report('twelve at once, from the start of their processes', readyToWork);
    expect(overlap(candidates)).toBe(0);
    expect(candidates.filter(({ work }) => work.length > 0)).toHaveLength(1);
  });

  describe('with the four rules switched off, as in client-go', () => {
    it('two lead after a pause, which shows that an overlap is seen', async () => {
      const leader = await start(2, true);
      leader.process.kill('SIGSTOP');
      const took = await takeOver(candidates, leader, now(), bound * 2);
      await sleep(leaseDuration / 2);
      leader.process.kill('SIGCONT');
      await sleep(renewDeadline * 2);
      report('NEGATIVE, SIGSTOP without the rules', took);
      expect(overlap(candidates)).toBeGreaterThan(0);
    });

    it("a release wipes the successor's lease, which shows that an overlap is seen", async () => {
      // The leader's requests are held while it renews; by the time that it gives up and releases, another leads.
      const leader = await start(3, true);
      leader.process.kill('SIGSTOP');
      const took = await takeOver(candidates, leader, now(), bound * 2);
      leader.process.kill('SIGTERM');
      leader.process.kill('SIGCONT'); // it releases as its last act
      await sleep(leaseDuration * 3);
      report('NEGATIVE, released by a paused leader without the rules', took);
      const successors = candidates.filter((candidate) => candidate !== leader);
      expect(overlap(successors)).toBeGreaterThan(0);
    });
  });

  async function anyWork(since: number, timeout: number): Promise<number> {
    const nobody = undefined as unknown as Candidate;
    return takeOver(candidates, nobody, since, timeout);
  }
});
