// Boots applications for the examples of docs/steering.md and docs/failures.md, in virtual time. Prints what
// they log from a section on, without the time and the process.
import { ConsoleLogger } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { WAIT_CLOCK, WAIT_LOGGER, WAIT_RANDOM } from 'nestjs-wait';
import { FakeClock } from 'nestjs-wait/testing';

process.stderr.write = process.stdout.write.bind(process.stdout); // so that the lines keep their order

/** Boots an application, and lets the first runs happen. Its announcements are not printed. */
export async function boot(metadata, override = (builder) => builder) {
  const clock = new FakeClock();
  const logger = new ConsoleLogger({ logLevels: [] });
  const builder = Test.createTestingModule(metadata)
    .overrideProvider(WAIT_CLOCK)
    .useValue(clock)
    .overrideProvider(WAIT_RANDOM)
    .useValue(() => 0)
    .overrideProvider(WAIT_LOGGER)
    .useValue(logger);
  const moduleRef = await override(builder, clock).compile();
  const app = await moduleRef.createNestApplication({ logger: false }).init();
  await clock.advance(0);
  return {
    app,
    clock,
    /** From now on, what is logged is printed below this heading. */
    section: (heading) => {
      console.log(`--- ${heading}`);
      logger.setLogLevels(['log', 'error', 'warn', 'debug']);
    },
    close: async (time = 60_000) => {
      logger.setLogLevels([]);
      const closed = app.close();
      await clock.advance(time);
      await closed;
    },
  };
}
