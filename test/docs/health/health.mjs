// Asks the applications of docs/health.md for their health, and prints each answer on a line.
import { Module } from '@nestjs/common';
import { WaitModule } from 'nestjs-wait';
import { LoopHealthIndicator } from 'nestjs-wait/health';
import { AppModule } from './app.module.js';
import { CacheHealth } from './cache-health.js';
import { Outbox } from './outbox.js';
import { ProbesController } from './probes.controller.js';
import { boot } from './virtual.mjs';

class WithoutTerminus {}
Module({
  imports: [WaitModule.forRoot({ defaults: { hungAfter: '10m' } })],
  controllers: [ProbesController],
  providers: [Outbox],
})(WithoutTerminus);

/** Boots an application. When 12 seconds have passed, its loop has made three runs. */
async function ask(heading, module, happen) {
  const { app, clock, close } = await boot({
    imports: [module],
    providers: [CacheHealth, LoopHealthIndicator],
  });
  clock.setWallTime(new Date('2026-03-01T09:00:00Z'));
  await clock.advance(12_000);
  await app.listen(0, '127.0.0.1');
  const now = clock.now.bind(clock);
  await happen({ outbox: app.get(Outbox), clock });
  const url = await app.getUrl();
  for (const path of ['healthz', 'readyz']) {
    const response = await fetch(`${url}/${path}`);
    const { status } = response;
    console.log(JSON.stringify({ heading, path, status, body: await response.json() }));
  }
  console.log(JSON.stringify({ heading, path: 'the cache', body: app.get(CacheHealth).ready() }));
  clock.now = now;
  await close(3_600_000);
}

const well = () => {};

const hang = async ({ outbox, clock }) => {
  outbox.publish = () => clock.sleep(3_600_000);
  await clock.advance(3000 + 750_000);
};

const fail = async ({ outbox, clock }) => {
  outbox.publish = () => Promise.reject(new Error('connect ECONNREFUSED 127.0.0.1:5672'));
  await clock.advance(33_000);
};

const stopProcess = ({ clock }) => {
  const now = clock.now.bind(clock);
  clock.now = () => now() + 3000 + 125_000;
};

for (const [name, happen] of Object.entries({ well, hang, fail, stopProcess })) {
  await ask(`terminus, ${name}`, AppModule, happen);
  await ask(`without, ${name}`, WithoutTerminus, happen);
}
