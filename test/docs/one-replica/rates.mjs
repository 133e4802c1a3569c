// Boots the page's example of a fencing token on a real PostgreSQL, and prints what its table accepts. The
// environment has the page's SQL.
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { WaitModule } from 'nestjs-wait';
import { PostgresLock } from 'nestjs-wait/leader-election/postgres';
import { pool } from './database.js';
import { Rates, write } from './rates.js';

await pool.query('DROP TABLE IF EXISTS rates');
await pool.query(String(process.env.TABLE));
const lock = new PostgresLock({ name: 'rates', pool });
await lock.createTable();

class AppModule {}
Module({ imports: [WaitModule.forRoot({ leaderElection: { lock } })], providers: [Rates] })(AppModule);
const app = await NestFactory.createApplicationContext(AppModule, { logger: false });
const written = async () => (await pool.query('SELECT rate, token FROM rates')).rows[0];
while ((await written()) === undefined) {
  await new Promise((resolve) => setTimeout(resolve, 20));
}
const { rate, token } = await written();
console.log(`the leader writes ${rate} with ${token === lock.fencingToken() ? 'its token' : token}`);
const [older, newer] = [BigInt(token) - 1n, BigInt(token) + 1n].map(String);
console.log(`an older leader writes 1.05: ${await write('EUR', 1.05, older)} rows`);
console.log(`the next leader writes 1.09: ${await write('EUR', 1.09, newer)} row`);
await app.close();
await pool.end();
