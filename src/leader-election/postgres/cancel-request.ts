import { connect, isIP, type NetConnectOpts, type Socket } from 'node:net';
import { connect as connectTls, type ConnectionOptions, type TLSSocket } from 'node:tls';
import { realClock } from '../../core/time/real-clock.js';

/** Milliseconds that a request may take, with its handshakes. */
const LIMIT = 1000;

// The first message on a connection: its length, a code in the place of a version, and what the code needs.
const SSL_REQUEST = integers(8, 80_877_103);
const cancelRequest = (processID: number, secretKey: number): Buffer =>
  integers(16, 80_877_102, processID, secretKey);
const YES = 'S';

/** What the request needs of a `Client` of `pg`. None of it is public, and other clients do not have it. */
interface ConnectedClient {
  readonly processID: number;
  readonly secretKey: number;
  readonly host: string;
  readonly port: number;
  readonly ssl: boolean | ConnectionOptions;
  readonly connection: { readonly stream: Socket | TLSSocket; readonly sslNegotiation?: string };
}

/**
 * Prepares to cancel what a client runs. The client must be connected, and remains as it is.
 *
 * Counterpart of `PQcancel` in libpq, PostgreSQL's own client. `Client.cancel` of `pg` cannot do it: it never
 * encrypts, and it needs a `Query` object. `pg_cancel_backend` cannot either: behind PgBouncer, the process
 * ID is that of another client.
 *
 * @returns A function that asks the server to cancel. Its promise never rejects, and settles when the server
 *   has done it, or when the limit is over. Until then the client must keep its connection: PgBouncer forgets
 *   a client that is gone. `undefined` when the client is not one of `pg`.
 */
export function cancellerOf(client: unknown): (() => Promise<void>) | undefined {
  const { processID, secretKey, host, port, ssl, connection } = client as Partial<ConnectedClient>;
  if (typeof processID !== 'number' || typeof secretKey !== 'number' || host === undefined) {
    return undefined;
  }
  const stream = connection?.stream as Partial<TLSSocket> | undefined;
  if (!ssl && stream?.encrypted) {
    return undefined; // the user's own tunnel, whose end is not known here
  }
  // The address of the connection, for a name may stand for several servers.
  const address: NetConnectOpts = host.startsWith('/')
    ? { path: `${host}/.s.PGSQL.${port}` }
    : { host: stream?.remoteAddress ?? host, port: stream?.remotePort ?? port! };
  const isDirect = connection?.sslNegotiation === 'direct';
  const tls = ssl ? tlsOptions(host, ssl, isDirect) : undefined;
  return () => send(cancelRequest(processID, secretKey), address, tls, isDirect).catch(() => {});
}

function send(
  request: Buffer,
  address: NetConnectOpts,
  tls: ConnectionOptions | undefined,
  isDirect: boolean,
): Promise<void> {
  return new Promise((resolve) => {
    const socket = connect(address).unref();
    const timer = realClock.newTimer(() => socket.destroy(), { unref: true });
    timer.reset(LIMIT);
    socket.on('error', () => {}); // 'close' follows
    socket.once('close', () => {
      timer.stop();
      resolve();
    });
    const sendOn = (stream: Socket): void => {
      stream.resume(); // the server only closes the connection
      stream.write(request);
    };
    const encrypt = (): void => {
      try {
        const encrypted = connectTls({ ...tls, socket }, () => sendOn(encrypted));
        encrypted.on('error', () => socket.destroy());
        encrypted.once('close', () => socket.destroy());
      } catch {
        socket.destroy(); // Node takes no such options
      }
    };
    socket.once('connect', () => {
      if (tls === undefined) {
        sendOn(socket);
      } else if (isDirect) {
        encrypt();
      } else {
        socket.once('data', (answer) => (String(answer) === YES ? encrypt() : socket.destroy()));
        socket.write(SSL_REQUEST);
      }
    });
  });
}

/** Returns what `pg` itself gives to Node. The `key` may be a property that is not enumerable. */
function tlsOptions(host: string, ssl: true | ConnectionOptions, isDirect: boolean): ConnectionOptions {
  const given = ssl === true ? {} : { ...ssl, ...(ssl.key !== undefined && { key: ssl.key }) };
  return {
    host,
    ...given,
    ...(isDirect && { ALPNProtocols: ['postgresql'] }),
    ...(isIP(host) === 0 && { servername: host }),
  };
}

function integers(...values: readonly number[]): Buffer {
  return Buffer.concat(
    values.map((value) => {
      const bytes = Buffer.alloc(4);
      bytes.writeInt32BE(value);
      return bytes;
    }),
  );
}
