import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { afterEach, beforeEach, expect, it, jest } from '@jest/globals';
import { Redis } from 'ioredis';
import { Redis as Redis5 } from 'ioredis-5';
import { RedisLock } from 'nestjs-wait/leader-election/redis';
import { until } from './support/processes.js';

/** Takes every connection, says nothing, and never ends one: not even when the other side has. */
let server: Server;
let sockets: Socket[];

beforeEach(async () => {
  sockets = [];
  server = createServer({ allowHalfOpen: true }, (socket) => {
    sockets.push(socket);
    socket.on('error', () => {}).resume();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});

afterEach(async () => {
  sockets.forEach((socket) => socket.destroy());
  await new Promise((resolve) => server.close(resolve));
});

it.each([
  ['ioredis', Redis],
  ['ioredis-5', Redis5 as unknown as typeof Redis],
])(
  'a RedisLock on a client of %s does not wait for the other side to end a connection',
  async (_title, Client) => {
    const client = new Client((server.address() as AddressInfo).port, '127.0.0.1', { lazyConnect: true });
    const duplicate = jest.spyOn(client, 'duplicate');
    const lock = new RedisLock({ key: 'a', client });
    const call = lock.get(new AbortController().signal);
    const refused = expect(call).rejects.toMatchObject({ code: 'WAIT_ERR_LOCK_CLOSED' });
    await until('the connection', () => sockets.length > 0);
    const own = duplicate.mock.results[0]?.value as Redis;
    await lock.close();
    await until('the end of the socket', () => own.stream.destroyed, { timeout: 1000 });
    await refused;
  },
);
