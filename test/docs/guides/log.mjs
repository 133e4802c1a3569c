// Makes the log that the pages show: of a loop that fails for a while, and of runs that outlast a shutdown.
import { ConsoleLogger } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { BackoffUntilService, WAIT_CLOCK, WAIT_RANDOM, WaitModule } from 'nestjs-wait';
import { FakeClock } from 'nestjs-wait/testing';
import { Broker } from './broker.js';
import { Outbox as AnyOutbox } from './outbox.js';

process.stderr.write = process.stdout.write.bind(process.stdout); // so that the lines keep their order
const clock = new FakeClock();

async function boot(flush, options) {
  let run = 0;
  class Outbox extends AnyOutbox {
    flush() {
      run++;
      return flush(run);
    }
  }
  const logger = new ConsoleLogger();
  const imports = [WaitModule.forRoot({ logger, ...options })];
  const moduleRef = await Test.createTestingModule({ imports, providers: [Outbox, Broker] })
    .overrideProvider(WAIT_CLOCK)
    .useValue(clock)
    .overrideProvider(WAIT_RANDOM)
    .useValue(() => 0)
    .compile();
  const app = await moduleRef.createNestApplication({ logger: false }).init();
  app.enableShutdownHooks();
  return app;
}

async function close(app, time) {
  const closed = app.close();
  await clock.advance(time);
  await closed;
}

/** The seventeenth run, which begins after 80 seconds, takes this long. Eleven other loops only wait. */
async function closeDuringRun(time) {
  const app = await boot((run) => (run === 17 ? clock.sleep(time) : undefined));
  for (let index = 0; index < 11; index++) {
    app.get(BackoffUntilService).until(() => {}, { name: `other ${index}`, period: '1h' });
  }
  await clock.advance(80_000);
  await close(app, time);
}

const failing = await boot((run) => {
  if (run >= 17 && run < 17 + 41) {
    throw Object.assign(new Error('connect ECONNREFUSED 127.0.0.1:5432'), { code: 'ECONNREFUSED' });
  }
});
await clock.advance(300_000);
await close(failing, 0);

await closeDuringRun(2300);
await closeDuringRun(60_000);

const handled = await boot(
  () => {
    throw new Error('the database is away');
  },
  { logFailures: false, crashHandlers: [async () => Promise.reject(new Error('Sentry is away'))] },
);
await clock.advance(5000);
await close(handled, 0);
