import { OptionReader } from '../../core/options/option-reader.js';
import { defaultIdentity } from '../identity.js';
import { LockCalls } from '../lock-calls.js';
import { lockConflict } from '../lock-conflict.js';
import type { LeaderElectionRecord, ResourceLock, LockedRecord } from '../resource-lock.js';
import { createTable, withinLimit } from './create-table.js';
import { newSession } from './new-session.js';
import { failureOf } from './postgres-failure.js';
import type { PostgresLockOptions } from './postgres-lock-options.js';
import { readNames, type PostgresNames } from './postgres-names.js';
import { postgresTarget } from './postgres-target.js';
import { rowsOf, type PostgresSession } from './postgres-session.js';
import { SERVER_CLOCK } from './server-clock.js';

interface Row {
  version: unknown;
  token: unknown;
  holder_identity: string;
  lease_duration_seconds: unknown;
  acquire_time: string;
  renew_time: string;
  leader_transitions: unknown;
}

const OPTION_NAMES: readonly string[] = [
  'name',
  'pool',
  'client',
  'connection',
  'table',
  'schema',
  'identity',
] satisfies readonly (keyof PostgresLockOptions)[];

/**
 * Keeps the lease in a row of PostgreSQL.
 *
 * No counterpart in Kubernetes; an implementation of client-go's `resourcelock.Interface`.
 *
 * **Details.** The row is written by compare-and-swap on its `version`. A version is the server's clock in
 * microseconds, or the last version + 1 if that is greater. So no version returns when the row or the whole
 * table is lost, provided that the clock is not set back. The fencing token comes from a sequence, so that it
 * grows even then. {@link PostgresLock.createTable} makes the table and the sequence, once. The sequence
 * starts at the clock too, so that tokens keep growing when it is dropped and made again. This is the SQL to
 * make them by hand:
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
 * SELECT setval('nestjs_wait_leases_version', (extract(epoch FROM clock_timestamp()) * 1000000)::bigint);
 * GRANT SELECT, INSERT, UPDATE ON nestjs_wait_leases TO app;
 * GRANT USAGE ON SEQUENCE nestjs_wait_leases_version TO app;
 * ```
 *
 * A call that fails rejects with a `WaitError` `WAIT_ERR_LEADER_ELECTION`. It says where and what to do, and
 * its `cause` is what the client threw. These failures are different:
 * 1. A call that is given up rejects with the reason of its signal. The query is cancelled in the server too,
 *    unless the lock has a `client`.
 * 2. A conflict is `WAIT_ERR_LOCK_CONFLICT`; a closed lock, `WAIT_ERR_LOCK_CLOSED`; the missing package `pg`,
 *    `WAIT_ERR_MISSING_PACKAGE`; a `client` whose reply has no rows, `WAIT_ERR_INVALID_OPTION`.
 * 3. A connection string that `pg` cannot read is no `cause`, since it may hold a password.
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
  private readonly name: string;
  private readonly id: string;
  private readonly names: PostgresNames;
  private readonly session: PostgresSession;
  private readonly database: readonly unknown[];
  private readonly calls: LockCalls;
  private seen: string | undefined;
  private token: string | undefined;

  /**
   * @param options - See {@link PostgresLockOptions}.
   * @throws WaitError `WAIT_ERR_INVALID_OPTION` when an option cannot be used, as when the name is empty, an
   *   identifier is too long, not exactly one of `pool`, `client` and `connection` is given, or `connection`
   *   would silently mean `localhost`.
   */
  constructor(options: PostgresLockOptions) {
    const reader = OptionReader.of('PostgresLock', options, OPTION_NAMES);
    this.name = reader.string('name');
    this.id = reader.string('identity', defaultIdentity());
    this.names = readNames(reader);
    this.session = newSession(reader);
    this.database = postgresTarget(reader.written);
    this.calls = new LockCalls(this.describe());
  }

  /**
   * Loads the package `pg` if the lock has a `connection`.
   *
   * @throws WaitError (a rejection) `WAIT_ERR_MISSING_PACKAGE` when `pg` is not installed;
   *   `WAIT_ERR_LOCK_CLOSED`.
   */
  async prepare(): Promise<void> {
    this.calls.requireOpen();
    await this.session.prepare();
  }

  /**
   * Makes the table and the sequence if they are missing. Any number of replicas may call it at once. It
   * needs the right to create them only where they are missing.
   *
   * @param signal - Cancels the call; default: one that aborts after 30 seconds.
   * @throws WaitError (a rejection) `WAIT_ERR_MISSING_PACKAGE` when `pg` is needed and not installed;
   *   `WAIT_ERR_LEADER_ELECTION` when something is missing and must not be created, the server cannot be
   *   reached, or the 30 seconds are over; `WAIT_ERR_LOCK_CLOSED`; the reason of `signal`.
   */
  async createTable(signal?: AbortSignal): Promise<void> {
    const where = (): string => this.where();
    const create = (limit: AbortSignal): Promise<void> =>
      this.call(limit, (ctx) =>
        createTable((sql, parameters) => this.session.query(sql, parameters, ctx), this.names, where),
      );
    await (signal === undefined ? withinLimit(where, create) : create(signal));
  }

  async get(signal: AbortSignal): Promise<LockedRecord | undefined> {
    this.seen = undefined;
    const sql = `SELECT version, holder_identity, lease_duration_seconds, ${isoTime('acquire_time')}, ${isoTime('renew_time')}, leader_transitions
      FROM ${this.names.table} WHERE name = $1`;
    const [row] = await this.run(sql, [this.name], signal);
    if (row === undefined) {
      return undefined;
    }
    signal.throwIfAborted(); // a call that was given up changes nothing, not even at the last moment
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
    const sql = `INSERT INTO ${this.names.table}
        (name, version, token, holder_identity, lease_duration_seconds, acquire_time, renew_time, leader_transitions)
      SELECT $1, ${SERVER_CLOCK}, next, $3, $4, $5, $6, $7 FROM nextval($2::regclass) AS next
      ON CONFLICT (name) DO NOTHING RETURNING version, token`;
    await this.write(sql, record, [], signal);
  }

  async update(record: LeaderElectionRecord, signal: AbortSignal): Promise<void> {
    const sql = `UPDATE ${this.names.table} AS lease
      SET version = greatest(version + 1, ${SERVER_CLOCK}), holder_identity = $3, lease_duration_seconds = $4, acquire_time = $5, renew_time = $6, leader_transitions = $7,
        token = CASE WHEN (holder_identity, acquire_time, leader_transitions) = ($3::text, $5::timestamptz, $7::int) THEN token ELSE next END
      FROM nextval($2::regclass) AS next
      WHERE name = $1 AND version = $8 RETURNING lease.version, lease.token`;
    this.calls.requireOpen();
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
    return `${this.names.table}/${this.name}`;
  }

  target(): readonly unknown[] {
    return ['PostgresLock', ...this.database, this.names.qualifiedTable, this.name];
  }

  /**
   * Returns the number from the sequence with which this candidate's latest term began. It is a decimal
   * number; compare it as a `bigint`, not as a text.
   */
  fencingToken(): string | undefined {
    return this.token;
  }

  get closed(): boolean {
    return this.calls.closed;
  }

  /**
   * Gives up the calls that are running, and ends the lock's own pool. A pool or a client that the user gave
   * stays open.
   */
  async close(): Promise<void> {
    await this.calls.close();
    await this.session.close();
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
      this.names.sequence,
      record.holderIdentity,
      record.leaseDurationSeconds,
      record.acquireTime.toISOString(),
      record.renewTime.toISOString(),
      record.leaderTransitions,
      ...more,
    ];
    const [row] = await this.run(sql, parameters, signal);
    if (row === undefined) {
      throw lockConflict(this.describe());
    }
    signal.throwIfAborted();
    this.seen = String(row.version);
    this.token = String(row.token);
  }

  private run(sql: string, parameters: readonly unknown[], signal: AbortSignal): Promise<Row[]> {
    return this.call(signal, async (ctx) => rowsOf(await this.session.query(sql, parameters, ctx)) as Row[]);
  }

  /** Makes one call, which ends when `signal` aborts or the lock is closed. */
  private call<T>(signal: AbortSignal, make: (ctx: AbortSignal) => Promise<T>): Promise<T> {
    return this.calls.make(signal, async (ctx) => {
      try {
        return await make(ctx);
      } catch (error) {
        throw failureOf(error, this.where(), this.names);
      }
    });
  }

  /** Names the lock and, where it is known, the server. */
  private where(): string {
    const server = this.session.describe();
    return server === '' ? this.describe() : `${this.describe()} at ${server}`;
  }
}

/**
 * SQL that reads a time as a text of ISO 8601. A `timestamptz` would arrive as the `DateStyle` of the session
 * and the type parsers of the application want it, which need not be readable.
 */
function isoTime(column: string): string {
  return `to_char(${column} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS ${column}`;
}
