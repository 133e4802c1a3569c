// Boots what the blocks of the pages export, each in an application of its own, and prints one line for each:
// the loops, after twenty seconds in which every random number was a half.
import { AsyncLocalStorage } from 'node:async_hooks';
import { Test } from '@nestjs/testing';
import {
  BackoffUntilService,
  LoopRegistry,
  WAIT_CLOCK,
  WAIT_LOCK_FACTORY,
  WAIT_RANDOM,
  WaitModule,
} from 'nestjs-wait';
import { InMemoryLock } from 'nestjs-wait/leader-election';
import { FakeClock } from 'nestjs-wait/testing';
import { AppModule } from './app.module.js';
import { Broker } from './broker.js';
import { failures, waitModule } from './failures.js';
import { Feed, Settings } from './feed.js';
import { Outbox } from './outbox.js';
import { ReportsModule } from './reports.js';

class BrokenOutbox extends Outbox {
  flush() {
    throw new Error('the database is away');
  }
}

/** Prints how the loops are doing when the time has passed, and what else there is to see then. */
async function show(what, metadata, { time = 20_000, look = async () => ({}) } = {}) {
  const clock = new FakeClock();
  const moduleRef = await Test.createTestingModule(metadata)
    .overrideProvider(WAIT_CLOCK)
    .useValue(clock)
    .overrideProvider(WAIT_RANDOM)
    .useValue(() => 0.5)
    .overrideProvider(WAIT_LOCK_FACTORY)
    .useValue((group) => new InMemoryLock({ name: group }))
    .setLogger(false)
    .compile();
  const app = await moduleRef.createNestApplication({ logger: false }).init();
  await clock.advance(time);
  const seen = await look(app, clock);
  const loops = app.get(LoopRegistry).list();
  const lines = loops.map(
    ({ name, schedule, state, runs }) => `${name}: ${schedule}, ${state}, runs: ${runs}`,
  );
  console.log(JSON.stringify({ what, loops: lines, ...seen }));
  await app.close();
}

const context = new AsyncLocalStorage();
const forRoot = WaitModule.forRoot();
await show('outbox.ts', { imports: [forRoot], providers: [Outbox, Broker] });
await show('reports.ts', { imports: [ReportsModule] });
await show('feed.ts', { imports: [forRoot], providers: [Feed, Settings] });

await show('app.module.ts', { imports: [AppModule] });
Object.assign(process.env, { OUTBOX_PERIOD: '2s', SHUTDOWN_TIMEOUT: '3s' });
await show('app.module.ts, with a period', { imports: [AppModule] });
process.env.OUTBOX = 'off';
await show('app.module.ts, off', { imports: [AppModule] });

await show(
  'failures.ts',
  { imports: [waitModule], providers: [BrokenOutbox, Broker] },
  { look: async () => ({ failures: [...failures] }) },
);

const contexts = [];
class ContextualOutbox extends Outbox {
  flush() {
    contexts.push(context.getStore());
  }
}
await context.run('the bootstrap', () =>
  show(
    'the context of a run',
    { imports: [forRoot], providers: [ContextualOutbox, Broker] },
    {
      time: 0,
      look: async (app, clock) => {
        const service = app.get(BackoffUntilService);
        const run = () => contexts.push(context.getStore());
        context.run('a request', () => service.until(run, { name: 'of a request', period: '1s' }));
        await context.run('somewhere else', () => clock.advance(1000));
        return { contexts };
      },
    },
  ),
);
