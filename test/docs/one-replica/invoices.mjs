// Boots the application of the guides' example of a leader-only loop on a real PostgreSQL, and prints what it
// has done to the table.
import { NestFactory } from '@nestjs/core';
import { pool } from './database.js';
import { AppModule } from './invoices.js';

await pool.query('DROP TABLE IF EXISTS invoices');
await pool.query('CREATE TABLE invoices (id int, sent timestamptz, token bigint NOT NULL DEFAULT 0)');
await pool.query('INSERT INTO invoices (id) VALUES (1)');

const app = await NestFactory.createApplicationContext(AppModule, { logger: false });
for (;;) {
  const { rows } = await pool.query('SELECT * FROM invoices');
  if (rows[0].sent !== null) {
    console.log(`sent in the term ${rows[0].token}`);
    break;
  }
  await new Promise((resolve) => setTimeout(resolve, 20));
}
await app.close();
await pool.end();
