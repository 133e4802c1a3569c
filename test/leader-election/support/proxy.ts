import { createServer, connect, type AddressInfo, type Server, type Socket } from 'node:net';

/**
 * Says what happens to the bytes:
 * 1. `pass`: they pass.
 * 2. `blackhole`: they are held, as on a partitioned network. What was sent still arrives when the network
 *    heals, even from a client that has given up.
 * 3. `deaf`: only the answers are held.
 * 4. `cut`: every connection is reset, and none is accepted.
 * 5. `delay`: they arrive this many milliseconds late.
 */
export type ProxyMode = 'pass' | 'blackhole' | 'deaf' | 'cut' | { readonly delay: number };

/** A TCP proxy on loopback between one candidate and the server. A test can break its network and mend it. */
export class Proxy {
  private mode: ProxyMode = 'pass';
  private readonly connections = new Set<Connection>();

  private constructor(
    private readonly server: Server,
    private readonly target: number,
  ) {
    server.on('connection', (client) => this.accept(client));
  }

  static async to(target: number): Promise<Proxy> {
    const server = createServer({ allowHalfOpen: true, noDelay: true });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return new Proxy(server, target);
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  /** How many connections the client's side has not closed. */
  get openConnections(): number {
    return [...this.connections].filter(({ isOpen }) => isOpen).length;
  }

  /** Every connection dies silently: its bytes are held forever. New connections pass. */
  strand(): void {
    this.mode = 'pass';
    this.connections.forEach((connection) => connection.strand());
  }

  set(mode: ProxyMode): void {
    this.mode = mode;
    for (const connection of this.connections) {
      connection.pump();
    }
  }

  /** Does not wait for the sockets: one that never closes would hold up the end of a test. */
  close(): void {
    this.set('cut');
    this.server.close();
  }

  private accept(client: Socket): void {
    if (this.mode === 'cut') {
      reset(client);
      return;
    }
    const connection: Connection = new Connection(
      client,
      this.target,
      () => this.mode,
      () => this.connections.delete(connection),
    );
    this.connections.add(connection);
  }
}

class Connection {
  private readonly upstream: Socket;
  private readonly requests: Lane;
  private readonly answers: Lane;
  private isStranded = false;

  constructor(
    private readonly client: Socket,
    port: number,
    private readonly proxyMode: () => ProxyMode,
    closed: () => void,
  ) {
    this.upstream = connect({ port, host: '127.0.0.1', allowHalfOpen: true, noDelay: true });
    const mode = (): ProxyMode => this.mode;
    this.requests = new Lane(client, this.upstream, () => mode() !== 'blackhole', mode);
    this.answers = new Lane(
      this.upstream,
      client,
      () => !['blackhole', 'deaf'].includes(mode() as string),
      mode,
    );
    let open = 2;
    for (const socket of [client, this.upstream]) {
      socket.once('close', () => {
        open--;
        if (open === 0) {
          closed();
        }
      });
    }
  }

  /** Whether the client's side has not been closed. */
  get isOpen(): boolean {
    return !this.client.readableEnded && !this.client.destroyed;
  }

  strand(): void {
    this.isStranded = true;
  }

  private get mode(): ProxyMode {
    const mode = this.proxyMode();
    return this.isStranded && mode !== 'cut' ? 'blackhole' : mode;
  }

  pump(): void {
    if (this.mode === 'cut') {
      reset(this.client);
      this.upstream.destroy();
    } else {
      this.requests.pump();
      this.answers.pump();
    }
  }
}

/**
 * One direction of a connection. It goes on reading while it may not write. What was sent into a partition is
 * therefore kept, as a retransmission would keep it.
 */
class Lane {
  private readonly held: Array<{ readonly due: number; readonly deliver: () => void }> = [];

  constructor(
    from: Socket,
    to: Socket,
    private readonly open: () => boolean,
    private readonly mode: () => ProxyMode,
  ) {
    from.on('data', (chunk) => this.push(() => to.write(chunk)));
    from.on('error', () => {}); // 'close' follows
    from.once('end', () => this.push(() => to.end()));
    from.once('close', () => this.push(() => to.destroySoon()));
  }

  private push(deliver: () => void): void {
    const mode = this.mode();
    const delay = typeof mode === 'object' ? mode.delay : 0;
    this.held.push({ due: performance.now() + delay, deliver });
    if (delay > 0) {
      setTimeout(() => this.pump(), delay + 1);
    } else {
      this.pump();
    }
  }

  pump(): void {
    while (this.open() && this.held[0] !== undefined && this.held[0].due <= performance.now()) {
      this.held.shift()?.deliver();
    }
  }
}

/** Node 20 never closes a socket that is reset while it is shutting down, and then the process never ends. */
function reset(socket: Socket): void {
  if (socket.writableEnded) {
    socket.destroy();
  } else {
    socket.resetAndDestroy();
  }
}
