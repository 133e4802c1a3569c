import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type pg from 'pg';
import { realClock } from '../../core/time/real-clock.js';
import { loadPackage } from '../load-package.js';
import { ignore } from './ignore.js';
import type { PostgresPool, PostgresPoolClient } from './postgres-lock-options.js';

const DEFAULTS = { max: 2, connectionTimeoutMillis: 3000, keepAlive: true, allowExitOnIdle: true };
/** Milliseconds in which connections may say goodbye when the pool is closed. */
const GRACE = 1000;

/** A pool of `pg` that loads the package when it is needed, and that can be closed while nothing answers. */
export class OwnPool implements PostgresPool {
  private readonly settings: pg.PoolConfig;
  private readonly sockets = new Set<Duplex>();
  private loading: Promise<typeof pg> | undefined;
  private loaded: typeof pg | undefined;
  private pool: pg.Pool | undefined;
  private isClosed = false;

  constructor(connection: string | object) {
    const settings: pg.PoolConfig =
      typeof connection === 'string' ? { connectionString: connection } : connection;
    const newSocket = settings.stream ?? (() => new Socket());
    this.settings = { ...DEFAULTS, ...settings, stream: () => this.keep(newSocket()) };
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
    return this.pool.connect();
  }

  /** Ends all connections, also those that hang, and those that are only being made. */
  async close(): Promise<void> {
    this.isClosed = true;
    // It waits for connections that hang, so it may never settle.
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
    pool.on('error', ignore); // an idle connection has failed; the next call makes another
    return pool;
  }

  private keep<T extends Duplex | undefined>(socket: T): T {
    if (socket !== undefined) {
      this.sockets.add(socket);
      socket.once('close', () => this.sockets.delete(socket));
    }
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
