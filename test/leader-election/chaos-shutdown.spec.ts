import { describe, expect, it } from '@jest/globals';
import type { Candidate } from './support/candidates.js';
import { chaosOn, engines } from './support/chaos.js';
import { sleep } from './support/processes.js';
import { now } from './support/work.js';

// Candidates that are told to end by SIGTERM. That each of them ends by itself, and in time, `Chaos.end` expects.
describe.each(engines)('on %s', (engineName) => {
  const chaos = chaosOn(engineName);
  const { renewDeadline, retryPeriod } = chaos.durations;

  it('another takes over from a leader that is told to end, within one attempt', async () => {
    const leader = await chaos.start(3);
    const since = now();
    leader.tellToEnd();
    await chaos.expectTakeOver('leader told to end', leader, since, { within: chaos.bounds.released });
    await leader.says('ended');
  });

  it('a standby that is told to end in the middle of an attempt leaves the leader alone', async () => {
    const leader = await chaos.start(3);
    const standby = standbyTo(leader);
    standby.proxy.set({ delay: retryPeriod * 2 }); // an attempt lasts longer than the wait for the next
    await sleep(retryPeriod * 3);
    standby.tellToEnd();
    await standby.ends();
    expect(await chaos.leader()).toBe(leader);
  });

  it('another takes over from a candidate that is told to end in the middle of its winning write', async () => {
    const winner = await chaos.startWinner();
    winner.tellToEnd();
    await chaos.add();
    // It learns of its write, and then releases the lease. Nobody waits until the lease lapses.
    const within = chaos.bounds.request + chaos.bounds.released;
    await chaos.expectTakeOver('winner told to end', winner, now(), { within });
    await winner.ends();
  });

  it('a leader and a standby that are cut off end by themselves, and another takes over', async () => {
    const leader = await chaos.start(3);
    const standby = standbyTo(leader);
    for (const { proxy } of [leader, standby]) {
      proxy.set('blackhole');
    }
    await sleep(renewDeadline / 2); // their requests are on their way
    const since = now();
    leader.tellToEnd();
    standby.tellToEnd();
    await chaos.expectTakeOver('leader told to end while it is cut off', leader, since);
    await Promise.all([leader.ends(), standby.ends()]);
  });

  it('all candidates end by themselves while the network is down', async () => {
    await chaos.start(3);
    chaos.candidates.forEach(({ proxy }) => proxy.set('blackhole'));
    await sleep(chaos.bounds.request * 4); // they try to connect again and again
    chaos.candidates.forEach((candidate) => candidate.tellToEnd());
    await Promise.all(chaos.candidates.map((candidate) => candidate.ends()));
  });

  const standbyTo = (leader: Candidate): Candidate =>
    chaos.candidates.find((candidate) => candidate !== leader)!;
});
