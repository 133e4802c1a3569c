import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it, jest } from '@jest/globals';
import { Build } from '../support/build.js';
import { configOf } from './support/engines/kubernetes.js';
import { CLIENTS, PACKAGES } from './support/kubernetes-clients.js';
import { ended, end, output, start, until } from './support/processes.js';

jest.setTimeout(60_000);

/** How long undici goes on with a handshake that nobody waits for, in milliseconds. It cannot be told to stop. */
const HANDSHAKE = 10_000;

let build: Build;
let server: Server;
let open: Set<Socket>;

beforeAll(() => {
  build = new Build();
}, 120_000);

afterAll(() => build?.remove());

beforeEach(async () => {
  open = new Set();
  server = createServer((socket) => {
    open.add(socket);
    socket.on('error', () => {}).on('close', () => open.delete(socket));
    socket.resume(); // it listens, and never says a word
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});

afterEach(async () => {
  open.forEach((socket) => socket.destroy());
  await new Promise((resolve) => server.close(resolve));
});

it.each(Object.keys(CLIENTS))(
  'a process that asks a silent server ends by itself, and leaves no connection, with %s',
  async (version) => {
    const { port } = server.address() as AddressInfo;
    const options = { build: build.folder, client: PACKAGES[version], config: configOf(port, 'token') };
    const script = join(__dirname, 'support/cut-off.mjs');
    const child = start(process.execPath, [script, JSON.stringify(options)]);
    try {
      await until('The calls', () => output(child).includes('given up'), { child });
      const since = performance.now();
      expect(await ended(child)).toBe(0);
      expect(performance.now() - since).toBeLessThan(version === 'client-node 1' ? 5000 : 2 * HANDSHAKE);
      expect(output(child)).toBe('10 calls given up\n');
      await until('The connections', () => open.size === 0);
    } finally {
      await end(child, 'SIGKILL');
    }
  },
);
