import { describe, expect, it } from '@jest/globals';
import { chaosOn, engines } from './support/chaos.js';
import { sleep, until } from './support/processes.js';
import { crash, fillMemory, lockTable, takeAllConnections } from './support/server-faults.js';
import { now } from './support/work.js';

// What goes wrong at the server. What every case of the chaos suite expects at its end, `Chaos.end` says.
describe.each(engines)('on %s', (engineName) => {
  const chaos = chaosOn(engineName);
  const { leaseDuration } = chaos.durations;

  it('one leads again when the server is back from a crash', async () => {
    await chaos.start(3);
    const mend = await chaos.breakServer(crash);
    await mend();
    await chaos.expectTakeOver('server restarted', undefined, now());
    await sleep(leaseDuration);
  });

  it('nobody leads while the server is down for longer than the lease, and one when it is back', async () => {
    await chaos.start(3);
    const mend = await chaos.breakServer(crash);
    const down = now();
    await sleep(leaseDuration * 2);
    chaos.expectFenced(down);
    await mend();
    await chaos.expectTakeOver('server down for longer than the lease', undefined, now());
    await sleep(leaseDuration);
  });

  if (engineName === 'postgres') {
    it('nobody leads while the table is locked for ten seconds, no connections pile up, and one leads after that', async () => {
      await chaos.start(3);
      const mend = await chaos.breakServer(lockTable);
      const locked = now();
      let most = 0;
      while (now() < locked + 10_000) {
        most = Math.max(most, await chaos.connections());
        await sleep(200);
      }
      chaos.expectFenced(locked);
      await mend();
      await chaos.expectTakeOver('table locked for ten seconds', undefined, now());
      chaos.note(`up to ${most} connections of three candidates while the table was locked`);
      expect(most).toBeLessThanOrEqual(1 + 3 * chaos.bounds.connections);
    });

    it('nobody leads while others take all connections, and one when they give them back', async () => {
      await chaos.start(3);
      chaos.candidates.forEach(({ proxy }) => proxy.set('cut'));
      const since = now();
      await until('no connections', async () => (await chaos.connections()) === 0);
      const mend = await chaos.breakServer(takeAllConnections);
      chaos.candidates.forEach(({ proxy }) => proxy.set('pass'));
      await sleep(leaseDuration * 2);
      chaos.expectFenced(since);
      await mend();
      await chaos.expectTakeOver('all connections taken, and given back', undefined, now());
      await sleep(leaseDuration);
    });
  }

  if (engineName === 'redis') {
    it('nobody leads while Redis is full, and one when it has memory again', async () => {
      await chaos.start(3);
      const mend = await chaos.breakServer(fillMemory);
      const full = now();
      await sleep(leaseDuration * 2);
      chaos.expectFenced(full);
      await mend();
      await chaos.expectTakeOver('Redis full, and no longer', undefined, now());
      await sleep(leaseDuration);
    });
  }
});
