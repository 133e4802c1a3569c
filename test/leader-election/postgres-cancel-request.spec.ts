import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type AddressInfo, type ListenOptions, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import { cancellerOf } from '../../src/leader-election/postgres/cancel-request.js';
import { until } from './support/processes.js';
import { SilentServer } from './support/silent-server.js';

// The real server is asked in postgres-abandoned.spec.ts.
const client = { processID: 258, secretKey: -2, host: '127.0.0.1', port: 1, ssl: false, connection: {} };
const REQUEST = '0000001004d2162e00000102fffffffe';
const SSL_REQUEST = '0000000804d2162f';

let server: Server | undefined;
let received = '';

/** Starts a server that keeps what it gets, and ends the connection after `wanted` bytes with `answer`. */
async function listen(where: ListenOptions, wanted: number, answer = ''): Promise<void> {
  received = '';
  const listening = createServer((socket) => {
    socket.on('error', () => {});
    socket.on('data', (bytes) => {
      received += bytes.toString('hex');
      if (received.length >= 2 * wanted) {
        socket.end(answer);
      }
    });
  });
  server = listening;
  await new Promise<void>((resolve) => listening.listen(where, resolve));
}

const portOf = (): number => (server!.address() as AddressInfo).port;

afterEach(async () => {
  await new Promise((resolve) => (server === undefined ? resolve(undefined) : server.close(resolve)));
  server = undefined;
});

describe('a request to cancel', () => {
  it('says which query, and ends when the server has read that', async () => {
    await listen({ host: '127.0.0.1', port: 0 }, 16);
    await cancellerOf({ ...client, port: portOf() })?.();
    expect(received).toBe(REQUEST);
  });

  it('goes to the address of the connection, for its name may stand for several servers', async () => {
    await listen({ host: '127.0.0.1', port: 0 }, 16);
    const stream = { remoteAddress: '127.0.0.1', remotePort: portOf() };
    await cancellerOf({ ...client, host: 'db.invalid', connection: { stream } })?.();
    expect(received).toBe(REQUEST);
  });

  it('goes through the socket of a server on the same machine', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'nestjs-wait-socket-'));
    try {
      await listen({ path: join(folder, '.s.PGSQL.5432') }, 16);
      await cancellerOf({ ...client, host: folder, port: 5432 })?.();
      expect(received).toBe(REQUEST);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it.each([true, { rejectUnauthorized: false }])(
    'is not sent in plain text by a client with ssl: %p, when the server refuses to encrypt',
    async (ssl) => {
      await listen({ host: '127.0.0.1', port: 0 }, 8, 'N');
      await cancellerOf({ ...client, ssl, port: portOf() })?.();
      expect(received).toBe(SSL_REQUEST);
    },
  );

  it('fails silently when the server does not speak TLS after all', async () => {
    await listen({ host: '127.0.0.1', port: 0 }, 8, 'S');
    await cancellerOf({ ...client, ssl: { rejectUnauthorized: false }, port: portOf() })?.();
    expect(received.startsWith(SSL_REQUEST)).toBe(true);
    expect(received).not.toContain(REQUEST);
  });

  it.each([
    ['that is no certificate', { ca: 5 }],
    ['of a version that does not exist', { minVersion: 'TLSv9' }],
  ])('fails silently with an option for TLS %s', async (_what, ssl) => {
    await listen({ host: '127.0.0.1', port: 0 }, 8, 'S');
    await cancellerOf({ ...client, ssl, port: portOf() })?.();
    expect(received).toBe(SSL_REQUEST);
  });

  it('fails silently at a port that does not exist', async () => {
    await expect(cancellerOf({ ...client, port: 99_999 })?.()).resolves.toBeUndefined();
  });

  it('fails silently when nothing listens there', async () => {
    await expect(cancellerOf(client)?.()).resolves.toBeUndefined();
  });

  it.each([false, true])('gives up a server that does not answer, with ssl: %p', async (ssl) => {
    const silent = await SilentServer.start();
    try {
      await cancellerOf({ ...client, ssl, port: silent.port })?.();
      await until('the end of the connection', () => silent.open === 0, { timeout: 1000 });
      expect(silent.accepted).toBe(1);
    } finally {
      await silent.close();
    }
  });

  it.each([
    ['another library', { query: async () => [] }],
    ['pg, before it is connected', { ...client, processID: null, secretKey: null }],
    ['pg, through a tunnel of the user', { ...client, connection: { stream: { encrypted: true } } }],
  ])('is not made for a client of %s', (_library, other) => {
    expect(cancellerOf(other)).toBeUndefined();
  });
});
