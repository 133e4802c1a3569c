// Measures what elections ask of their engine: replicas with the default durations, in one process, each with a
// connection of its own for each group. The figures are the server's. After `npm run build`:
//
//   node test/docs/production/engine-load.mjs postgres://postgres@127.0.0.1:5432/postgres 30 5
//   node test/docs/production/engine-load.mjs redis://127.0.0.1:6379 30 5
import { Redis } from 'ioredis';
import { LeaderElector } from 'nestjs-wait/leader-election';
import { PostgresLock } from 'nestjs-wait/leader-election/postgres';
import { RedisLock } from 'nestjs-wait/leader-election/redis';
import pg from 'pg';

const [url, replicas, groups, seconds] = [process.argv[2], ...process.argv.slice(3, 6).map(Number)];
const measured = seconds || 60;
const sleep = (time) => new Promise((resolve) => setTimeout(resolve, time * 1000));

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
    newLock: (group) => new PostgresLock({ name: `load ${group}`, connection: url }),
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
    newLock: (group) => new RedisLock({ key: `load:${group}`, url }),
    count,
    close: async () => admin.disconnect(),
  };
}

const engine = await (url.startsWith('redis') ? redis() : postgres());
const stop = new AbortController();
const locks = Array.from({ length: replicas * groups }, (_, index) => engine.newLock(index % groups));
const runs = locks.map((lock) => {
  const callbacks = { onStartedLeading: () => {}, onStoppedLeading: () => {} };
  return new LeaderElector({ lock, callbacks }).run(stop.signal);
});
await sleep(10); // all are connected, and each group has a leader
const before = await engine.count();
await sleep(measured);
const after = await engine.count();
const writes = (after.writes - before.writes) / measured;
const reads = (after.all - before.all) / measured - writes;
const { connections } = after;
console.log(JSON.stringify({ replicas, groups, reads, writes, connections }));
stop.abort();
await Promise.all(runs);
await Promise.all(locks.map((lock) => lock.close()));
await engine.close();
