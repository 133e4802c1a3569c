import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type pg from 'pg';
import { realClock } from '../../core/time/real-clock.js';
import { loadPackage } from '../load-package.js';
import { ignore, requestConnection } from './pool-connection.js';
import { PoolSession } from './pool-session.js';
import type { PostgresPool, PostgresPoolClient } from './postgres-lock-options.js';

const DEFAULTS = { max: 2, connectionTimeoutMillis: 3000, keepAlive: true, allowExitOnIdle: true };
/** Milliseconds that connections get to end in the normal way when the pool is closed. */
const GRACE = 1000;

/** What `pg` takes, although its types say less. It calls a function with the settings of the connection. */
type Stream = Duplex | ((config: object) => Duplex);

/** A pool of `pg` that loads the package when it is needed, and that can be closed while nothing answers. */
export class OwnPool implements PostgresPool {
  private readonly settings: pg.PoolConfig;
  private readonly sockets = new Set<Duplex>();
  private loading: Promise<typeof pg> | undefined;
  private loaded: typeof pg | undefined;
  private pool: pg.Pool | undefined;
  private isClosed = false;

  /** @param options - The user's options for `pg`. */
  constructor(options: object) {
    const { stream = () => new Socket() } = options as { stream?: Stream };
    const newSocket = (config: object): Duplex =>
      this.keep(typeof stream === 'function' ? stream(config) : stream);
    this.settings = { ...DEFAULTS, ...options, stream: newSocket as () => Duplex };
  }

  /** Returns the host and the port, as `pg` reads them; the empty string when it cannot read them. */
  describe(): string {
    try {
      const { stream: _, ...settings } = this.settings;
      const { host, port } = new this.loaded!.Client(settings);
      return `${host}:${port}`;
    } catch {
      return '';
    }
  }

  async prepare(): Promise<void> {
    this.loaded = await this.load();
  }

  async connect(): Promise<PostgresPoolClient> {
    await this.prepare();
    if (this.isClosed) {
      throw new Error('The pool is closed.');
    }
    this.pool ??= this.open();
    return requestConnection(this.pool);
  }

  /** Ends all connections, also those that hang, and those whose handshake is not over. */
  async close(): Promise<void> {
    this.isClosed = true;
    // This promise waits for connections that hang, so it may never settle.
    this.pool?.end().catch(ignore);
    const closed = [...this.sockets].map((socket) => new Promise((resolve) => socket.once('close', resolve)));
    await new Promise<void>((resolve) => {
      const timer = realClock.newTimer(resolve);
      timer.reset(GRACE);
      void Promise.all(closed).then(() => {
        timer.stop();
        resolve();
      });
    });
    this.sockets.forEach((socket) => socket.destroy());
  }

  private open(): pg.Pool {
    const pool = new this.loaded!.Pool(this.settings);
    pool.on('error', ignore); // an idle connection has broken, and the next call makes a new one
    return pool;
  }

  private keep(socket: Duplex): Duplex {
    this.sockets.add(socket);
    socket.once('close', () => this.sockets.delete(socket));
    return socket;
  }

  private load(): Promise<typeof pg> {
    this.loading ??= loadPackage('PostgresLock', { pg: async () => (await import('pg')).default }).catch(
      (error: unknown) => {
        this.loading = undefined; // the next call tries again
        throw error;
      },
    );
    return this.loading;
  }
}

/** Runs each query on a connection of the lock's own pool, and ends that pool. */
export class OwnPoolSession extends PoolSession {
  constructor(private readonly own: OwnPool) {
    super(own);
  }

  override describe(): string {
    return this.own.describe();
  }

  override prepare(): Promise<void> {
    return this.own.prepare();
  }

  override async close(): Promise<void> {
    await Promise.allSettled([super.close(), this.own.close()]);
  }
}
