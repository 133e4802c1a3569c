import { createServer, request, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { atEnd } from './at-end.js';

export interface ProxyOptions {
  /** Decides which port gets a request. */
  readonly choose: (path: string) => number;
  /** Is cut off the path; what does not begin with it is not found. */
  readonly prefix?: string;
  /** Hears what an answer says. */
  readonly hear?: (body: string) => void;
  /** Changes the headers of an answer. */
  readonly headers?: (headers: IncomingHttpHeaders) => IncomingHttpHeaders;
}

/** Starts a proxy in front of applications, and returns its origin. */
export async function startProxy({ choose, prefix = '', hear, headers }: ProxyOptions): Promise<string> {
  const server: Server = createServer((incoming, outgoing) => {
    const url = incoming.url!;
    if (!url.startsWith(`${prefix}/`)) {
      outgoing.writeHead(404).end();
      return;
    }
    const path = url.slice(prefix.length);
    const { method, headers: asked } = incoming;
    const passed = request(
      { host: '127.0.0.1', port: choose(path), path, method, headers: asked },
      (answer) => {
        const { statusCode, headers: answered } = answer;
        outgoing.writeHead(statusCode!, headers?.(answered) ?? answered);
        answer.pipe(outgoing);
        if (hear !== undefined) {
          void text(answer).then(hear);
        }
      },
    );
    passed.on('error', () => outgoing.writeHead(502).end());
    incoming.pipe(passed);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  atEnd(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
