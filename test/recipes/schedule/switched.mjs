// Boots the root modules that the page shows, in the environment of this process, and prints when each loads.
import { NestFactory } from '@nestjs/core';
import { AppModule } from './app.module.js';
import { ScheduledAppModule } from './app.module.schedule.js';
import { report } from './boot.mjs';
import { Prices } from './prices.js';
import { ScheduledPrices } from './prices.schedule.js';
import { advance, settle, stopTime } from './time.mjs';

async function secondsOf(Module, Job) {
  const app = await NestFactory.createApplicationContext(Module, { logger: false });
  const started = Date.now();
  const seconds = [];
  app.get(Job).load = async () => seconds.push((Date.now() - started) / 1000);
  await settle();
  await advance(10_000);
  await app.close();
  return seconds;
}

stopTime();
report({
  schedule: await secondsOf(ScheduledAppModule, ScheduledPrices),
  wait: await secondsOf(AppModule, Prices),
});
