import { WaitError } from '../../core/errors.js';
import { OptionReader } from '../../core/options/option-reader.js';
import { isOptionsObject } from '../../core/options/read-options.js';
import { show } from '../../core/values/show.js';
import { defaultIdentity } from '../identity.js';
import { loadPackage } from '../load-package.js';
import { lockClosed } from '../lock-closed.js';
import { lockConflict } from '../lock-conflict.js';
import type { LeaderElectionRecord, ResourceLock, LockedRecord } from '../resource-lock.js';
import { unlessAborted } from '../unless-aborted.js';
import type { PostgresLockOptions, PostgresPool } from './postgres-lock-options.js';
import { rowsOf } from './rows-of.js';

interface Row {
  version: unknown;
  token: unknown;
  holder_identity: string;
  lease_duration_seconds: unknown;
  acquire_time: string | Date;
  renew_time: string | Date;
  leader_transitions: unknown;
}

type OwnPool = PostgresPool & { readonly ended: boolean; end(): Promise<void> };

const OPTION_NAMES: readonly string[] = [
  'name',
  'pool',
  'client',
  'connection',
  'table',
  'schema',
  'identity',
] satisfies readonly (keyof PostgresLockOptions)[];

const OWN_POOL = { max: 2, connectionTimeoutMillis: 3000, keepAlive: true, allowExitOnIdle: true };
const MAX_IDENTIFIER_BYTES = 63;
const [SERIALIZATION_FAILURE, UNDEFINED_TABLE] = ['40001', '42P01'];

/**
 * Keeps the lease in a row of PostgreSQL.
 *
 * No counterpart in Kubernetes; an implementation of client-go's `resourcelock.Interface`.
 *
 * **Details.** The row is written by compare-and-swap on its `version`. Versions come from a sequence, so
 * that no version returns when the row is deleted. The fencing token is the version with which the term
 * began. {@link PostgresLock.createTable} makes the table and the sequence, once. This is the SQL to make
 * them by hand:
 *
 * ```sql
 * CREATE TABLE nestjs_wait_leases (
 *   name text PRIMARY KEY,
 *   version bigint NOT NULL,
 *   token bigint NOT NULL,
 *   holder_identity text NOT NULL,
 *   lease_duration_seconds double precision NOT NULL,
 *   acquire_time timestamptz NOT NULL,
 *   renew_time timestamptz NOT NULL,
 *   leader_transitions integer NOT NULL
 * );
 * CREATE SEQUENCE nestjs_wait_leases_version;
 * GRANT SELECT, INSERT, UPDATE ON nestjs_wait_leases TO app;
 * GRANT USAGE ON SEQUENCE nestjs_wait_leases_version TO app;
 * ```
 *
 * **Gotchas.** All candidates must talk to the primary. A fail-over to a standby that lags loses the last
 * writes, and with them possibly who leads. The tokens come from the same database and may repeat there. Use
 * synchronous replication. The lock works behind PgBouncer in every pooling mode. It is not an advisory lock:
 * a frozen holder would keep one forever, and behind transaction pooling two clients would get it.
 *
 * @example
 * const lock = new PostgresLock({ name: 'outbox', connection: 'postgres://app@db/app' });
 * await lock.createTable();
 */
export class PostgresLock implements ResourceLock {
  private readonly options: PostgresLockOptions;
  private readonly name: string;
  private readonly id: string;
  private readonly table: string;
  private readonly sequence: string;
  private ownPool: Promise<OwnPool> | undefined;
  private isClosed = false;
  private seen: string | undefined;
  private token: string | undefined;

  /**
   * @param options - See {@link PostgresLockOptions}.
   * @throws WaitError `WAIT_ERR_INVALID_OPTION` when an option cannot be used, as when the name is empty, an
   *   identifier is too long, or not exactly one of `pool`, `client` and `connection` is given.
   */
  constructor(options: PostgresLockOptions) {
    const reader = OptionReader.of('PostgresLock', options, OPTION_NAMES);
    const pool = reader.object('pool', 'a Pool of pg', 'connect');
    const client = reader.object('client', 'a client with a method query()', 'query');
    const connection = reader.value('connection');
    if ([pool, client, connection].filter((given) => given !== undefined).length !== 1) {
      throw invalid('exactly one of pool, client and connection must be given');
    }
    if (connection !== undefined && typeof connection !== 'string' && !isOptionsObject(connection)) {
      reader.refuse('connection', "a connection string or pg's options");
    }
    const schema = reader.value('schema');
    const table = reader.string('table', 'nestjs_wait_leases');
    const path = schema === undefined ? '' : `${quoted(reader.string('schema'))}.`;
    this.options = reader.written as unknown as PostgresLockOptions;
    this.name = reader.string('name');
    this.id = reader.string('identity', defaultIdentity());
    this.table = path + quoted(table);
    this.sequence = path + quoted(`${table}_version`);
  }

  /**
   * Makes the table and the sequence if they are missing. Any number of replicas may call it at once.
   *
   * **Gotchas.** It needs the right to create them. It sends three statements in one text without parameters,
   * which an adapter to another driver may refuse. In that case run the SQL by hand.
   *
   * @param signal - Cancels the call; default: nothing does.
   * @throws WaitError `WAIT_ERR_MISSING_PACKAGE` (a rejection) when `pg` is needed and not installed; what
   *   the client threw.
   */
  async createTable(signal: AbortSignal = new AbortController().signal): Promise<void> {
    // IF NOT EXISTS alone sometimes fails when two sessions run it at the same time, hence the advisory lock.
    // The text runs as one transaction, and the lock ends with it.
    const sql = `SELECT pg_advisory_xact_lock(hashtext('nestjs-wait'));
      CREATE TABLE IF NOT EXISTS ${this.table} (name text PRIMARY KEY, version bigint NOT NULL, token bigint NOT NULL, holder_identity text NOT NULL, lease_duration_seconds double precision NOT NULL,
        acquire_time timestamptz NOT NULL, renew_time timestamptz NOT NULL, leader_transitions integer NOT NULL);
      CREATE SEQUENCE IF NOT EXISTS ${this.sequence}`;
    await this.run(sql, undefined, signal);
  }

  async get(signal: AbortSignal): Promise<LockedRecord | undefined> {
    this.seen = undefined;
    const reply = await this.run(`SELECT * FROM ${this.table} WHERE name = $1`, [this.name], signal);
    const [row] = rowsOf(reply) as Row[];
    if (row === undefined) {
      return undefined;
    }
    this.seen = String(row.version);
    const record: LeaderElectionRecord = {
      holderIdentity: row.holder_identity,
      leaseDurationSeconds: Number(row.lease_duration_seconds),
      acquireTime: new Date(row.acquire_time),
      renewTime: new Date(row.renew_time),
      leaderTransitions: Number(row.leader_transitions),
    };
    return { record, raw: this.seen };
  }

  async create(record: LeaderElectionRecord, signal: AbortSignal): Promise<void> {
    const sql = `INSERT INTO ${this.table}
        (name, version, token, holder_identity, lease_duration_seconds, acquire_time, renew_time, leader_transitions)
      SELECT $1, next, next, $3, $4, $5, $6, $7 FROM nextval($2::regclass) AS next
      ON CONFLICT (name) DO NOTHING RETURNING version, token`;
    await this.write(sql, record, [], signal);
  }

  async update(record: LeaderElectionRecord, signal: AbortSignal): Promise<void> {
    const sql = `UPDATE ${this.table} AS lease
      SET version = next, holder_identity = $3, lease_duration_seconds = $4, acquire_time = $5, renew_time = $6, leader_transitions = $7,
        token = CASE WHEN (holder_identity, acquire_time, leader_transitions) = ($3::text, $5::timestamptz, $7::int) THEN token ELSE next END
      FROM nextval($2::regclass) AS next
      WHERE name = $1 AND version = $8 RETURNING lease.version, lease.token`;
    if (this.seen === undefined) {
      throw lockConflict(this.describe());
    }
    await this.write(sql, record, [this.seen], signal);
  }

  recordEvent(): void {
    // The row shows it.
  }

  identity(): string {
    return this.id;
  }

  describe(): string {
    return `${this.table}/${this.name}`;
  }

  /**
   * Returns the version with which this candidate's latest term began. It is a decimal number; compare it as
   * a `bigint`, not as a text.
   */
  fencingToken(): string | undefined {
    return this.token;
  }

  get closed(): boolean {
    return this.isClosed;
  }

  /** Ends the lock's own pool; a pool that the user gave stays open. */
  async close(): Promise<void> {
    this.isClosed = true;
    const pool = await this.ownPool?.catch(() => undefined);
    if (pool?.ended === false) {
      await pool.end();
    }
  }

  private async write(
    sql: string,
    record: LeaderElectionRecord,
    more: unknown[],
    signal: AbortSignal,
  ): Promise<void> {
    this.seen = undefined; // until this write is known to have succeeded
    const parameters = [
      this.name,
      this.sequence,
      record.holderIdentity,
      record.leaseDurationSeconds,
      record.acquireTime.toISOString(),
      record.renewTime.toISOString(),
      record.leaderTransitions,
      ...more,
    ];
    const [row] = rowsOf(await this.run(sql, parameters, signal)) as Row[];
    if (row === undefined) {
      throw lockConflict(this.describe());
    }
    this.seen = String(row.version);
    this.token = String(row.token);
  }

  private async run(sql: string, parameters: unknown[] | undefined, signal: AbortSignal): Promise<unknown> {
    signal.throwIfAborted();
    if (this.isClosed) {
      throw lockClosed(this.describe());
    }
    try {
      return await this.query(sql, parameters, signal);
    } catch (error) {
      const { code } = error as { code?: unknown };
      if (code === SERIALIZATION_FAILURE) {
        throw lockConflict(this.describe(), { cause: error });
      }
      if (code === UNDEFINED_TABLE) {
        throw new WaitError(
          'WAIT_ERR_LEADER_ELECTION',
          `There is no table ${this.table} or no sequence ${this.sequence}: call createTable() of the PostgresLock once, or run its SQL.`,
          { cause: error },
        );
      }
      throw error;
    }
  }

  private async query(sql: string, parameters: unknown[] | undefined, signal: AbortSignal): Promise<unknown> {
    if (this.options.client !== undefined) {
      return unlessAborted(signal, this.options.client.query(sql, parameters));
    }
    const pool = this.options.pool ?? (await this.open());
    const connecting = pool.connect();
    const client = await unlessAborted(signal, connecting, (late) => late.release());
    // A broken connection rejects the query and emits an event, which ends the process if nobody listens.
    client.on('error', ignore);
    try {
      const result = await unlessAborted(signal, client.query(sql, parameters));
      client.off('error', ignore);
      client.release();
      return result;
    } catch (error) {
      client.release(true); // drops the socket: the next query must not receive a late answer
      throw error;
    }
  }

  private open(): Promise<OwnPool> {
    this.ownPool ??= this.newPool().catch((error: unknown) => {
      this.ownPool = undefined; // the next call tries again
      throw error;
    });
    return this.ownPool;
  }

  private async newPool(): Promise<OwnPool> {
    const { connection } = this.options;
    const { default: pg } = await loadPackage('PostgresLock', { pg: () => import('pg') });
    const settings = typeof connection === 'string' ? { connectionString: connection } : connection;
    const pool = new pg.Pool({ ...OWN_POOL, ...settings });
    pool.on('error', ignore); // an idle connection has failed; the next call makes another
    return pool;
  }
}

const ignore = (): void => {};

function invalid(what: string): WaitError {
  return new WaitError('WAIT_ERR_INVALID_OPTION', `PostgresLock: ${what}.`);
}

/**
 * Quotes an identifier. PostgreSQL silently cuts off a longer one, and two of them could then be the same.
 */
function quoted(identifier: string): string {
  if (
    identifier === '' ||
    identifier.includes('\0') ||
    Buffer.byteLength(identifier) > MAX_IDENTIFIER_BYTES
  ) {
    throw invalid(`${show(identifier)} must have 1 to ${MAX_IDENTIFIER_BYTES} bytes`);
  }
  return `"${identifier.replaceAll('"', '""')}"`;
}
