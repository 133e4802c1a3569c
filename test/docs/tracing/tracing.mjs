// Does what the first half of docs/tracing-and-context.md shows, and prints what comes of it.
import { Test } from '@nestjs/testing';
import { WAIT_CLOCK } from 'nestjs-wait';
import { FakeClock } from 'nestjs-wait/testing';
import { AppModule, Outbox } from './app.module.js';
import { TraceLogger } from './trace.logger.js';

process.stderr.write = process.stdout.write.bind(process.stdout); // so that the lines keep their order

const clock = new FakeClock();
const logger = new TraceLogger();
const moduleRef = await Test.createTestingModule({ imports: [AppModule] })
  .setLogger(logger)
  .overrideProvider(WAIT_CLOCK)
  .useValue(clock)
  .compile();
const app = await moduleRef.createNestApplication({ logger }).init();
await clock.advance(0);
app.get(Outbox).send = async () => {
  throw Object.assign(new Error('connect ECONNREFUSED 127.0.0.1:25'), { code: 'ECONNREFUSED' });
};
await clock.advance(5000);
await app.close();
