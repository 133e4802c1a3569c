// Runs what the page shows, each class in an application of its own, and prints when its methods were called.
import { ScheduleModule } from '@nestjs/schedule';
import { WaitModule } from 'nestjs-wait';
import { boot, report } from './boot.mjs';
import { Feeds } from './feeds.js';
import { ScheduledFeeds } from './feeds.schedule.js';
import { Prices } from './prices.js';
import { ScheduledPrices } from './prices.schedule.js';
import { Report } from './report.js';
import { advance, settle, sleep, stopTime } from './time.mjs';
import { WarmUp } from './warm-up.js';
import { ScheduledWarmUp } from './warm-up.schedule.js';

stopTime('2026-03-28T06:00:00+01:00'); // summer begins on the next day
const modules = [ScheduleModule.forRoot(), WaitModule.forRoot()];

const written = [];
const reporting = await boot(modules, [Report]);
reporting.get(Report).write = () => written.push(new Date().toISOString());
await settle();
await advance(48 * 3_600_000, undefined, 60_000);
await reporting.close();

/** The seconds at which a method is called. */
async function secondsOf(app, Job, method, seconds, work = () => undefined) {
  const started = Date.now();
  const calls = [];
  app.get(Job)[method] = (...given) => {
    calls.push((Date.now() - started) / 1000);
    return work(calls.length, ...given);
  };
  await settle();
  await advance(seconds * 1000);
  await Promise.all([app.close(), advance(10_000)]);
  return calls;
}

// What runs is the method that the page leaves empty. The second call of two takes longer than the period.
const slowOnce = (call) => (call === 2 ? sleep(7000) : undefined);
const prices = {
  schedule: await secondsOf(await boot(modules, [ScheduledPrices]), ScheduledPrices, 'load', 30, slowOnce),
  wait: await secondsOf(await boot(modules, [Prices]), Prices, 'load', 30, slowOnce),
};

const failsTwice = (call) => {
  if (call < 3) {
    throw new Error('boom');
  }
};
const warmUp = {
  schedule: await secondsOf(await boot(modules, [ScheduledWarmUp]), ScheduledWarmUp, 'fill', 60, failsTwice),
  wait: await secondsOf(await boot(modules, [WarmUp]), WarmUp, 'fill', 60, failsTwice),
};

async function feedsOf(Job) {
  const app = await boot(modules, [Job]);
  await settle();
  const feeds = app.get(Job);
  const calls = [];
  feeds.read = async (url) => calls.push(url);
  feeds.add('/a');
  feeds.add('/b');
  await advance(10_000);
  const listed = feeds.list();
  await feeds.remove('/a');
  await advance(10_000);
  await app.close();
  return { calls, listed };
}
const feeds = { schedule: await feedsOf(ScheduledFeeds), wait: await feedsOf(Feeds) };

report({ prices, warmUp, written, feeds });
