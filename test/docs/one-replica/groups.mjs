// Boots the application of the guides' example of two groups on a real PostgreSQL, and prints which loops have
// run and which records there are, or why it does not start. The argument is the example's file.
import { NestFactory } from '@nestjs/core';
import { LoopRegistry } from 'nestjs-wait';
import { PostgresLock } from 'nestjs-wait/leader-election/postgres';
import { pool } from './database.js';

const { OfficeModule } = await import(process.argv[2]);

async function show() {
  const app = await NestFactory.createApplicationContext(OfficeModule, {
    logger: false,
    abortOnError: false,
  });
  const loops = () => app.get(LoopRegistry).list();
  while (loops().some(({ runs }) => runs === 0)) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  const { rows } = await pool.query('SELECT name FROM nestjs_wait_leases ORDER BY name');
  const names = (list) => list.map(({ name }) => name).join(' and ');
  console.log(`loops: ${names(loops())}; records: ${names(rows)}`);
  await app.close();
}

await pool.query('DROP TABLE IF EXISTS nestjs_wait_leases');
await new PostgresLock({ name: 'any', pool }).createTable();
await show().catch(({ message }) => console.log(message));
await pool.end();
