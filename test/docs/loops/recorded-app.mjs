// Boots the loops of an example in virtual time, and records what happens to each of them.
import { AsyncLocalStorage } from 'node:async_hooks';
import { once } from 'node:events';
import { Test } from '@nestjs/testing';
import { LoopRegistry, WAIT_CLOCK, WAIT_RANDOM, WaitModule } from 'nestjs-wait';
import { FakeClock } from 'nestjs-wait/testing';
import { Cache, Database, Feed, LogFile, MailServer, Sensor } from './services.js';

export const SECOND = 1000;

/** With a period of 5 s and a jitter of 1, these make waits of 6, 9, 7, 5 and 8 s. */
const SHARES = [0.2, 0.8, 0.4, 0, 0.6];

/** How a run goes that is not in the plan. */
const USUAL = { takes: 3, fails: false, obeys: true };

/**
 * @param providers - The classes of the example.
 * @param options.plan - How some runs of each loop go, by their number: how many seconds they take, whether
 *   they fail, and whether they obey their signals.
 * @param options.shares - What the random source returns, over and over.
 */
export async function recordedApp(providers, { plan = {}, shares = SHARES } = {}) {
  const clock = new FakeClock();
  let draws = 0;
  const currentRun = new AsyncLocalStorage();
  const work = (signal) => workOf(clock, { ...USUAL, ...plan[currentRun.getStore().number] }, signal);
  const around = [(run, next) => currentRun.run(run, next)];
  const moduleRef = await Test.createTestingModule({
    imports: [WaitModule.forRoot({ logFailures: false, around })],
    providers: [...providers, ...servicesThatDo(work)],
  })
    .overrideProvider(WAIT_CLOCK)
    .useValue(clock)
    .overrideProvider(WAIT_RANDOM)
    .useValue(() => shares[draws++ % shares.length])
    .compile();
  const app = moduleRef.createNestApplication({ logger: false });
  const events = [];
  app.get(LoopRegistry).onLoopEvent((event) => events.push({ ...event, time: clock.now() }));
  await app.init();
  return { app, clock, events };
}

/** Waits in virtual time, then fails or not. */
async function workOf(clock, { takes, fails, obeys }, signal) {
  const told = obeys ? once(signal, 'abort') : new Promise(() => {});
  await Promise.race([clock.sleep(takes * SECOND), told]);
  if (obeys) signal.throwIfAborted();
  if (fails) throw new Error('the other side is away');
}

function servicesThatDo(work) {
  const useValue = { flush: work, prune: work, publishOutbox: work, read: work, send: work, watch: work };
  return [Cache, Database, Feed, LogFile, MailServer, Sensor].map((provide) => ({ provide, useValue }));
}
