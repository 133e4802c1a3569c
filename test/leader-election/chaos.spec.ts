import { describe, expect, it } from '@jest/globals';
import type { Candidate } from './support/candidates.js';
import { chaosOn, engines } from './support/chaos.js';
import { overlapOf } from './support/end-check.js';
import { sleep, until } from './support/processes.js';
import { now } from './support/work.js';

// Crashes, pauses and partitions. What every case of the chaos suite expects at its end, `Chaos.end` says.
describe.each(engines)('on %s', (engineName) => {
  const chaos = chaosOn(engineName);
  const { leaseDuration, renewDeadline } = chaos.durations;

  it('another takes over from a leader that is killed', async () => {
    const leader = await chaos.start(3);
    leader.kill();
    await chaos.expectTakeOver('leader killed', leader, now());
  });

  it('another takes over from a leader that is killed among twenty candidates', async () => {
    const leader = await chaos.start(20);
    await sleep(leaseDuration);
    expect(chaos.candidates.filter(({ works }) => works[0]!.pieces.length > 0)).toEqual([leader]);
    leader.kill();
    await chaos.expectTakeOver('leader of twenty killed', leader, now());
    await sleep(leaseDuration);
  });

  it('another takes over from a leader that is paused for longer than the lease, and the first does no work when it goes on', async () => {
    const leader = await chaos.start(3);
    leader.pause();
    await chaos.expectTakeOver('leader paused', leader, now());
    await sleep(leaseDuration / 2);
    leader.goOn();
    await sleep(renewDeadline * 2);
    await leader.says('stopped');
  });

  it('another takes over from a leader that is cut off, and the first does no harm when it is back', async () => {
    const leader = await chaos.start(3);
    leader.proxy.set('blackhole');
    await chaos.expectTakeOver('leader cut off', leader, now());
    leader.proxy.set('pass');
    await sleep(leaseDuration * 2);
    expect((await chaos.leader()).identity).not.toBe(leader.identity);
  });

  it('each of two groups has its own leader, and gets another one', async () => {
    const leader = await chaos.start(3, { elections: 2 });
    const other = await chaos.leader(1);
    const since = now();
    leader.kill();
    await chaos.expectTakeOver('leader of the first group killed', leader, since);
    if (other === leader) {
      await chaos.expectTakeOver('which led the second group too', leader, since, { election: 1 });
    } else {
      expect(await chaos.leader(1)).toBe(other);
    }
  });

  it('a candidate that is paused in the middle of its winning write does no work when it goes on', async () => {
    const winner = await chaos.startWinner();
    winner.pause();
    await chaos.add();
    await chaos.expectTakeOver('winner paused', winner, now());
    winner.goOn();
    await sleep(leaseDuration);
  });

  // Without the rules there must be an overlap. Otherwise the tests above could not see one.
  describe('with the four rules switched off, as in client-go', () => {
    it('two lead after a pause, which shows that an overlap is seen', async () => {
      const leader = await chaos.start(2, { openWindows: true });
      leader.pause();
      await chaos.expectTakeOver('rules off, leader paused', leader, now());
      await sleep(leaseDuration / 2);
      leader.goOn();
      await untilOverlap(chaos.candidates);
    });

    it("a release wipes the successor's lease, which shows that an overlap is seen", async () => {
      // The leader is paused until another one leads. When it goes on, it gives up and releases.
      const leader = await chaos.start(3, { openWindows: true });
      leader.pause();
      await chaos.expectTakeOver('rules off, leader paused', leader, now());
      leader.tellToEnd();
      leader.goOn(); // it releases as its last act
      await untilOverlap(chaos.candidates.filter((candidate) => candidate !== leader));
    });

    function untilOverlap(among: readonly Candidate[]): Promise<void> {
      return until('an overlap', () => overlapOf(among) > 0);
    }
  });
});
