// Measures what an election asks of its store: candidates with the default durations, in one process, each with
// a connection of its own. The figures are the server's. Build the package before.
//
//   node test/leader-election/store-load.mjs postgres://postgres@127.0.0.1:5432/postgres 30
//   node test/leader-election/store-load.mjs redis://127.0.0.1:6379 30
import { Redis } from 'ioredis';
import pg from 'pg';
import { LeaderElector } from '../../dist/esm/leader-election/index.js';
import { PostgresLock } from '../../dist/esm/leader-election/postgres/index.js';
import { RedisLock } from '../../dist/esm/leader-election/redis/index.js';

const [url, candidates] = [process.argv[2], Number(process.argv[3])];
const SECONDS = 60;
const sleep = (seconds) => new Promise((resolve) => setTimeout(resolve, seconds * 1000));

async function postgres() {
  const admin = new pg.Client(url);
  await admin.connect();
  const count = async () => {
    await admin.query('SELECT pg_stat_force_next_flush()');
    const { rows } = await admin.query(
      "SELECT xact_commit, (SELECT n_tup_ins + n_tup_upd FROM pg_stat_user_tables WHERE relname = 'nestjs_wait_leases') AS writes, numbackends - 1 AS connections FROM pg_stat_database WHERE datname = current_database()",
    );
    const [{ xact_commit: all, writes, connections }] = rows;
    return { all: Number(all), writes: Number(writes), connections };
  };
  const setUp = new PostgresLock({ name: 'load', connection: url });
  await setUp.createTable();
  await setUp.close();
  return {
    newLock: () => new PostgresLock({ name: 'load', connection: url }),
    count,
    close: () => admin.end(),
  };
}

async function redis() {
  const admin = new Redis(url);
  const count = async () => {
    const calls = (stats, command) =>
      Number(new RegExp(`cmdstat_${command}:calls=(\\d+)`).exec(stats)?.[1] ?? 0);
    const stats = await admin.info('commandstats');
    const clients = await admin.info('clients');
    return {
      all: calls(stats, 'eval'),
      writes: calls(stats, 'hset'),
      connections: Number(/connected_clients:(\d+)/.exec(clients)[1]) - 1,
    };
  };
  return {
    newLock: () => new RedisLock({ key: 'load', url }),
    count,
    close: async () => admin.disconnect(),
  };
}

const store = await (url.startsWith('redis') ? redis() : postgres());
const stop = new AbortController();
const locks = Array.from({ length: candidates }, store.newLock);
const runs = locks.map((lock) => {
  const callbacks = { onStartedLeading: () => {}, onStoppedLeading: () => {} };
  return new LeaderElector({ lock, callbacks }).run(stop.signal);
});
await sleep(10); // all are connected, and one leads
const before = await store.count();
await sleep(SECONDS);
const after = await store.count();
const writes = (after.writes - before.writes) / SECONDS;
const reads = (after.all - before.all) / SECONDS - writes;
console.log(
  `${candidates} candidates: ${reads.toFixed(2)} reads and ${writes.toFixed(2)} writes a second, ${after.connections} connections`,
);
stop.abort();
await Promise.all(runs);
await Promise.all(locks.map((lock) => lock.close()));
await store.close();
