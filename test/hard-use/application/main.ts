// An application with 5,000 loops, which are steered at random. The test beside it starts it.
import 'reflect-metadata';
import { writeSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { Module, type LoggerService, type OnApplicationShutdown, type OnModuleDestroy } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { BackoffUntilService, LeaderElection, LoopRegistry, WaitModule, type LoopKind } from 'nestjs-wait';
import { seededRandom } from '../../../src/testing/seeded-random.js';
import { Decorated } from './decorated.js';
import { Lease } from './lease.js';
import { Operator } from './operator.js';
import { Oracle } from './oracle.js';
import { compareMetrics } from './scraped.js';
import { TriggerCalls } from './trigger-calls.js';
import { measure, type Vitals } from './vitals.js';
import { WebModule } from './web.js';
import { ownTimers, rest } from './work.js';

const [seed = 0, minutes = 1, size = 5000] = process.argv.slice(2).map(Number);
const MINUTE = 60_000;
const random = seededRandom(seed);
const oracle = new Oracle();
const lease = new Lease(oracle);
const logged: Record<string, number> = {};

function say(word: string, value: unknown): void {
  writeSync(1, `${word} ${JSON.stringify(value)}\n`);
}

/** How many loops ran on when the log told that the others had stopped. */
let lasting = 0;

/** Counts the lines of the log, and prints those about the start and the end. */
const logger = Object.fromEntries(
  ['log', 'warn', 'error', 'debug', 'verbose'].map((level) => [
    level,
    (message: unknown): void => {
      logged[level] = (logged[level] ?? 0) + 1;
      if (String(message).startsWith('Stopped ')) {
        lasting = operator.lasting;
      }
      if (/^(?:Stop|Still|Not)/.test(String(message))) {
        writeSync(1, `${level.toUpperCase()}: ${String(message)}\n`);
      }
    },
  ]),
) as unknown as LoggerService;

const DECORATED = 60;
const decorated = Array.from({ length: DECORATED }, (_, index) => new Decorated(oracle, random, index));

/** What the runs need until they have ended. */
class Database implements OnModuleDestroy, OnApplicationShutdown {
  onModuleDestroy(): void {
    oracle.isDestroyed = true;
  }

  onApplicationShutdown(): void {
    report();
  }
}

@Module({ providers: [Database] })
class DatabaseModule {}

@Module({
  imports: [
    WaitModule.forRoot({ leaderElection: lease.options, defaults: { hungAfter: '1m' }, logger }),
    WebModule,
    DatabaseModule,
  ],
  providers: decorated.map((value, index) => ({ provide: `decorated ${index}`, useFactory: () => value })),
})
class AppModule {}

const app = await NestFactory.create(AppModule, { logger: ['error', 'warn'] });
app.enableShutdownHooks();
const registry = app.get(LoopRegistry);
const operator = new Operator(oracle, random, app.get(BackoffUntilService), registry);
lease.watch(app.get(LeaderElection));
await app.listen(0, '127.0.0.1');
const origin = `http://127.0.0.1:${(app.getHttpServer().address() as AddressInfo).port}`;

const DECORATED_KINDS: readonly LoopKind[] = [
  'Until',
  'NonSlidingUntil',
  'JitterUntil',
  'BackoffUntil',
  'Forever',
];
for (const { watched, plans } of decorated) {
  for (const kind of DECORATED_KINDS) {
    operator.adopt(watched[kind], registry.get(plans[kind].options.name)!);
  }
}
const share = Math.floor(size / 25);
for (let index = 0; index < share; index++) {
  operator.startLeaderOnly(lease);
}
for (let workers = 0; workers < share; workers += 4) {
  operator.startWorkers();
}
while (operator.living < size) {
  operator.start();
  if (operator.living % 50 === 0) {
    await rest(0); // they start in the next microtask, and they all take some seconds
  }
}

const began = performance.now();
const cpu = process.cpuUsage();
const end = began + minutes * MINUTE;
const samples: Vitals[] = [];
const held: Vitals[] = [];
const sample = (): Vitals => measure(began, oracle.runs);

// Operators, two of whom do something every 20 ms.
let isSteered = true;
const act = (): void => {
  if (isSteered && !oracle.isShuttingDown) {
    operator.act();
  }
};
// Each in a turn of its own: after a triggered run, the next run of that loop begins in the next turn.
const steering = setInterval(() => {
  act();
  setImmediate(act);
}, 20);

// The clock of the watch: what was due at the last look must have begun by now.
let lastLook = performance.now();
const looking = setInterval(() => {
  operator.look(lastLook);
  operator.compareSome(size / 50);
  lastLook = performance.now();
}, 1000);

const scraping = setInterval(() => {
  compareMetrics(origin, oracle).catch((error: unknown) => {
    oracle.check('metrics', 'all', oracle.isShuttingDown, () => String(error));
  });
}, 5000);
[steering, looking, scraping].forEach((timer) => ownTimers.add(timer));

async function contend(): Promise<void> {
  while (lease.terms === 0) {
    await rest(100);
  }
  while (!oracle.isShuttingDown) {
    await lease.take(2000);
    await rest(5000 + random() * 10_000);
  }
}
void contend();

/** Nothing runs, and nothing is asked for: everything that was told must be exactly what has happened. */
async function hold(): Promise<void> {
  isSteered = false;
  await operator.holdAll();
  const limit = performance.now() + 15_000;
  while (performance.now() < limit && oracle.running + TriggerCalls.open + operator.stopping > 0) {
    await rest(50);
  }
  const left = { runs: oracle.running, triggers: TriggerCalls.open, stopping: operator.stopping };
  oracle.check(
    'everything settles',
    'all',
    Object.values(left).every((count) => count === 0),
    () => JSON.stringify(left),
  );
  operator.compareAll();
  await compareMetrics(origin, oracle);
  const vitals = sample();
  held.push(vitals);
  oracle.check(
    'no timer of a paused loop',
    'all',
    vitals.timers === lease.timers,
    () => `${vitals.timers} timers, ${lease.timers} of them of the lease`,
  );
  operator.goOn();
  isSteered = true;
}

say('LISTENING', { origin });
await rest(end - performance.now() - (minutes * MINUTE) / 2);
await hold();
// At half-time everything has been done by every loop, and the heap has found its size.
for (let tenth = 6; tenth <= 10; tenth++) {
  await rest(end - performance.now() - ((10 - tenth) * minutes * MINUTE) / 10);
  samples.push(sample());
}
await hold();
operator.replaces = false; // so that it is known how many loops the end stops
await rest(2000);
const SENTINEL = 'sees the stop';
const sentinel = oracle.totalsOf(SENTINEL);
app.get(BackoffUntilService).until(
  async (signal) => {
    await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
    oracle.isShuttingDown = true;
    sentinel.succeeded++;
  },
  { name: SENTINEL, metricsName: SENTINEL, period: 0, hungAfter: false },
);
const used = process.cpuUsage(cpu);
const elapsed = performance.now() - began;
const toStop = operator.loops.reduce(
  (count, { watched }) => count + Number(watched.endsAtShutdown) * watched.workers,
  1,
);
say('READY', { running: oracle.running });

function report(): void {
  [steering, looking, scraping].forEach((timer) => clearInterval(timer));
  operator.compareFigures();
  const latenessAt = (percentile: number): number => oracle.lateness.percentile(percentile) / 1000;
  say('REPORT', {
    complaints: oracle.complaints,
    complained: oracle.complained,
    checks: Object.fromEntries(oracle.checks),
    runs: oracle.runs,
    runsPerSecond: (oracle.runs / elapsed) * 1000,
    lateness: { p50: latenessAt(50), p99: latenessAt(99), most: latenessAt(100) },
    cpu: (used.user + used.system) / 1000 / elapsed,
    done: operator.done,
    terms: lease.terms,
    logged,
    toStop,
    lasting,
    running: oracle.running,
    open: TriggerCalls.open,
    stopping: operator.stopping,
    samples,
    held,
  });
}
