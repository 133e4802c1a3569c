// Keeps the runs of an application in a real PostgreSQL, as docs/page.md shows, and prints what is in the table.
import { Module } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { WAIT_CLOCK, WaitModule } from 'nestjs-wait';
import { FakeClock } from 'nestjs-wait/testing';
import { pool } from './database.js';
import { Outbox } from './outbox.js';
import { RunHistory } from './run-history.js';

await pool.query('DROP TABLE IF EXISTS loop_runs');
await pool.query(process.env.CREATE_TABLE);

class AppModule {}
Module({ imports: [WaitModule.forRoot()], providers: [Outbox, RunHistory] })(AppModule);
const clock = new FakeClock();
const moduleRef = await Test.createTestingModule({ imports: [AppModule] })
  .overrideProvider(WAIT_CLOCK)
  .useValue(clock)
  .setLogger(false)
  .compile();
const app = await moduleRef.createNestApplication({ logger: false }).init();
await clock.advance(0);
app.get(Outbox).publish = () => Promise.reject(new Error('connect ECONNREFUSED 127.0.0.1:5672'));
await clock.advance(5000);

for (;;) {
  const { rows } = await pool.query('SELECT loop, run, outcome, error FROM loop_runs ORDER BY run');
  if (rows.length === 2) {
    console.log(JSON.stringify(rows));
    break;
  }
  await new Promise((resolve) => setTimeout(resolve, 20));
}
await app.close();
await pool.end();
