// Runs the examples of docs/loops.md that have no timeline, and prints what they log and do, each below a
// heading.
import { ConsoleLogger, UseGuards } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { LoopRegistry, WAIT_CLOCK, WAIT_LOGGER, WAIT_RANDOM, WaitModule } from 'nestjs-wait';
import { FakeClock } from 'nestjs-wait/testing';
import { Backup } from './backup.js';
import { Devices } from './devices.js';
import { Import } from './import.js';
import { Archive, Customers, Orders, Prices } from './inherited.js';
import { RatesController } from './rates.controller.js';

process.stderr.write = process.stdout.write.bind(process.stdout); // so that the lines keep their order

async function show(heading, metadata, act) {
  const clock = new FakeClock();
  const logger = new ConsoleLogger();
  const moduleRef = await Test.createTestingModule({ imports: [WaitModule.forRoot()], ...metadata })
    .overrideProvider(WAIT_CLOCK)
    .useValue(clock)
    .overrideProvider(WAIT_RANDOM)
    .useValue(() => 0.5)
    .overrideProvider(WAIT_LOGGER)
    .useValue(logger)
    .compile();
  console.log(`--- ${heading}`);
  const app = await moduleRef.createNestApplication({ logger: false }).init();
  await clock.advance(0);
  await act?.({ app, clock });
  logger.setLogLevels([]);
  await app.close();
  console.log(`= timers left: ${clock.armedTimers}`);
}

await show('inherited', { providers: [Customers, Orders, Prices, Archive] });

await show('request-scoped', { providers: [Import] }, ({ clock }) => clock.advance(120_000));

class Nobody {
  canActivate() {
    return false;
  }
}
UseGuards(Nobody)(RatesController.prototype, 'update', {
  value: RatesController.prototype.update,
});
await show('controller', { controllers: [RatesController] }, async ({ app, clock }) => {
  await clock.advance(180_000);
  await app.listen(0, '127.0.0.1');
  const response = await fetch(`${await app.getUrl()}/rates`);
  console.log(await response.text());
});

await show('signal', { providers: [Backup] }, async ({ app }) => {
  app.get(LoopRegistry).onLoopEvent(({ type, result }) => {
    if (type === 'run-ended') console.log(`the run has ${result.outcome}`);
  });
  const { log } = console;
  await new Promise((resolve) => {
    console.log = (line) => {
      log(line);
      resolve();
    };
  });
  console.log = log; // the first file is saved: the application closes now
});

await show('at run time', { providers: [Devices] }, async ({ app, clock }) => {
  globalThis.fetch = async (url) => console.log('asked', url);
  const handle = app.get(Devices).watch('10.0.0.7');
  await clock.advance(12_500); // the share is 0.5, so that the wait is 12.5 s
  await handle.stop();
  await clock.advance(60_000);
});
