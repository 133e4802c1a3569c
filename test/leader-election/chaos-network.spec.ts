import { describe, expect, it } from '@jest/globals';
import { chaosOn, engines } from './support/chaos.js';
import { sleep } from './support/processes.js';
import type { Proxy } from './support/proxy.js';
import { Random } from './support/random.js';
import { now } from './support/work.js';

// Networks that lose, hold back and break. What every case expects at its end, `Chaos.end` says.
describe.each(engines)('on %s', (engineName) => {
  const chaos = chaosOn(engineName);
  const { leaseDuration, retryPeriod } = chaos.durations;

  it('a leader whose connection breaks leads on with another one', async () => {
    const leader = await chaos.start(3);
    leader.proxy.set('cut');
    leader.proxy.set('pass');
    await sleep(leaseDuration * 2);
    expect(await chaos.leader()).toBe(leader);
  });

  it('nobody else leads when every reply comes late', async () => {
    const leader = await chaos.start(3);
    setAll({ delay: retryPeriod / 10 });
    await sleep(leaseDuration * 2);
    expect(await chaos.leader()).toBe(leader);
  });

  it('another takes over from a leader whose requests arrive and whose replies are lost', async () => {
    const leader = await chaos.start(3);
    leader.proxy.set('deaf');
    await chaos.expectTakeOver('replies to the leader lost', leader, now());
    leader.proxy.set('pass');
    await sleep(leaseDuration);
  });

  it('nobody leads while all replies are lost, and one when they arrive again', async () => {
    await chaos.start(3);
    setAll('deaf');
    const since = now();
    await sleep(leaseDuration * 2);
    chaos.expectFenced(since);
    setAll('pass');
    await chaos.expectTakeOver('all replies lost, and no more', undefined, now());
    await sleep(leaseDuration);
  });

  it('another takes over from a leader whose requests and replies arrive after their time is up', async () => {
    const leader = await chaos.start(3);
    leader.proxy.set({ delay: chaos.bounds.request * 1.2 });
    await chaos.expectTakeOver('late requests and replies', leader, now());
    await sleep(leaseDuration * 2); // what was sent arrives
    leader.proxy.set('pass');
    await sleep(leaseDuration);
  });

  it('one leads again after all links have flapped', async () => {
    await chaos.start(3);
    await Promise.all(chaos.candidates.map(({ proxy }, index) => flap(proxy, index)));
    setAll('pass');
    await chaos.expectTakeOver('links have flapped', undefined, now());
    await sleep(leaseDuration);
  });

  it('one leads again, over new connections, after all connections have died silently', async () => {
    await chaos.start(3);
    chaos.candidates.forEach(({ proxy }) => proxy.strand());
    const since = now() + leaseDuration; // until then, the leader may work without a renewal
    await chaos.expectTakeOver('connections dead silently', undefined, since);
    await sleep(leaseDuration);
    await chaos.leader();
  });

  function setAll(mode: Parameters<Proxy['set']>[0]): void {
    chaos.candidates.forEach(({ proxy }) => proxy.set(mode));
  }

  /** Changes between three states of a link every 50 to 300 ms, for four seconds. */
  async function flap(proxy: Proxy, seed: number): Promise<void> {
    const random = new Random(seed);
    for (const end = now() + 4000; now() < end;) {
      proxy.set(random.pick(['pass', 'blackhole', 'cut']));
      await sleep(random.between(50, 300));
    }
  }
});
