import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { atEnd } from './at-end.js';

/** Serves an empty page without any policy, and returns its address on that host. */
export async function serveAttacker(host: 'localhost' | '127.0.0.1', body = ''): Promise<string> {
  const server = createServer((_request, response) => {
    response
      .writeHead(200, { 'Content-Type': 'text/html' })
      .end(`<!doctype html><link rel="icon" href="data:,"><title>Prizes</title><body>${body}`);
  });
  await new Promise<void>((resolve) => server.listen(0, host, resolve));
  atEnd(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://${host}:${(server.address() as AddressInfo).port}/`;
}
