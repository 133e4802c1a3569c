import { WaitError } from '../../core/errors.js';
import { OptionReader } from '../../core/options/option-reader.js';
import { defaultIdentity } from '../identity.js';
import { lockConflict } from '../lock-conflict.js';
import type { LeaderElectionRecord, ResourceLock, LockedRecord } from '../resource-lock.js';
import { LockCalls } from '../lock-calls.js';
import { unlessAborted } from '../unless-aborted.js';
import type { Connect, RedisConnection, RedisServer } from './redis-connection.js';
import { redisFailure } from './redis-failure.js';
import { keysOf } from './redis-keys.js';
import type { IORedisClient, RedisClient, RedisLockOptions } from './redis-lock-options.js';
import { serverOfClient, serverOfUrl } from './redis-server.js';
import { readRedisUrl } from './redis-url.js';

type Text = string | Buffer | null | undefined;

const OPTION_NAMES: readonly string[] = [
  'key',
  'client',
  'url',
  'identity',
] satisfies readonly (keyof RedisLockOptions)[];

const FIELDS = [
  'version',
  'holderIdentity',
  'leaseDurationSeconds',
  'acquireTime',
  'renewTime',
  'leaderTransitions',
];

const READ = `return redis.call('HMGET', KEYS[1], '${FIELDS.join("', '")}')`;

// A missing hash has the empty version. A version never comes back: the counter outlives the hash, and the clock
// outlives the counter. A number of Lua is exact up to 2^53 microseconds, which is the year 2255.
const WRITE = `
local seen = redis.call('HMGET', KEYS[1], 'version', 'token', 'holderIdentity', 'acquireTime', 'leaderTransitions')
if (seen[1] or '') ~= ARGV[1] then return false end
local time = redis.call('TIME')
local clock = time[1] * 1000000 + time[2]
local last = tonumber(redis.call('GET', KEYS[2]) or 0)
local version = string.format('%.0f', math.max(clock, last + 1))
redis.call('SET', KEYS[2], version)
local token = version
if seen[3] == ARGV[2] and seen[4] == ARGV[4] and seen[5] == ARGV[6] then token = seen[2] end
redis.call('HSET', KEYS[1], 'version', version, 'token', token, 'holderIdentity', ARGV[2], 'leaseDurationSeconds', ARGV[3],
  'acquireTime', ARGV[4], 'renewTime', ARGV[5], 'leaderTransitions', ARGV[6])
return { version, token }`;

/**
 * Keeps the lease in a hash of Redis.
 *
 * No counterpart in Kubernetes; an implementation of client-go's `resourcelock.Interface`.
 *
 * **Details.**
 * 1. Lua scripts write the hash by compare-and-swap on its `version`. A version is the server's clock in
 *    microseconds, or the last version + 1 if that is greater. A second key keeps the last version. So no
 *    version returns when the hash is deleted or the clock is set back, nor when Redis has lost both keys and
 *    its clock runs on. The fencing token is the version with which the term began. Neither key expires.
 * 2. The second key is `{key}:version`, or `key:version` where the key has a hash tag of its own. Both are in
 *    the same slot of a cluster.
 * 3. The lock has one connection of its own, which it opens at its first call. It drops the connection at the
 *    first failure, and when a call is given up. The next call opens another. The connection never queues,
 *    retries or reconnects by itself: each of these would write at a time that the elector has not chosen.
 * 4. A call that Redis refuses, or that does not reach it, rejects with `WAIT_ERR_LEADER_ELECTION`. The text
 *    says where Redis is, why the call failed, and what to do. The `cause` has the name, the message, the
 *    code and the stack of the client's own error. It has nothing else of it, because `ioredis` keeps the
 *    password there.
 * 5. It needs Redis 5 or later, or Valkey. Earlier releases refuse a script that reads the clock and writes.
 *
 * **Gotchas.** Redis must keep every write that it has acknowledged. Without the append-only file, a restart
 * loses the lease. A candidate that has just started may then lead at once, until the first leader reads the
 * hash. Its token is greater all the same, unless the clock was set back. Set `appendonly yes` and
 * `appendfsync always` (with `everysec` a power failure loses up to a second), and `maxmemory-policy
 * noeviction`. A fail-over to a replica loses what was not yet replicated, both with Sentinel and in a
 * cluster. Tokens grow there too if the replica's clock is not behind by more than the fail-over takes. Where
 * that is not acceptable, use PostgreSQL or Kubernetes. This lock uses one Redis. It is not Redlock, whose
 * several masters would change none of this. A Redis without TLS does not answer to `rediss://`, so the call
 * fails only when its time is up. A `Cluster` of `ioredis` hides why it cannot reach a node, and says
 * `Connection is closed.`
 *
 * @example
 * const lock = new RedisLock({ key: 'outbox:leader', url: 'redis://localhost:6379' });
 */
export class RedisLock implements ResourceLock {
  private readonly server: RedisServer;
  private readonly keys: string[];
  private readonly id: string;
  private readonly calls: LockCalls;
  private connect: Connect | undefined;
  private connection: RedisConnection | undefined;
  private seen: string | undefined;
  private token: string | undefined;

  /**
   * @param options - See {@link RedisLockOptions}.
   * @throws WaitError `WAIT_ERR_INVALID_OPTION` when an option cannot be used: when the key is empty or has
   *   odd braces, when the URL is no URL of Redis, or when not exactly one of `client` and `url` is given.
   */
  constructor(options: RedisLockOptions) {
    const reader = OptionReader.of('RedisLock', options, OPTION_NAMES);
    const key = reader.string('key');
    this.id = reader.string('identity', defaultIdentity());
    this.server = serverOf(reader);
    this.keys = keysOf(this.server.keyPrefix + key);
    this.calls = new LockCalls(this.describe());
  }

  /**
   * Loads the package `ioredis` or `redis` if the lock has a `url`.
   *
   * @throws WaitError (a rejection) `WAIT_ERR_MISSING_PACKAGE` when neither is installed;
   *   `WAIT_ERR_LOCK_CLOSED`.
   */
  async prepare(): Promise<void> {
    this.calls.requireOpen();
    await this.load();
  }

  async get(signal: AbortSignal): Promise<LockedRecord | undefined> {
    this.seen = undefined;
    const reply = (await this.eval(READ, [], signal)) as Text[];
    const [version, holderIdentity, duration, acquireTime, renewTime, transitions] = reply.map(textOf);
    signal.throwIfAborted(); // a call that was given up changes nothing, not even at the last moment
    this.seen = version;
    if (version === undefined) {
      return undefined;
    }
    const record: LeaderElectionRecord = {
      holderIdentity: holderIdentity ?? '',
      leaseDurationSeconds: Number(duration),
      acquireTime: new Date(acquireTime ?? 0),
      renewTime: new Date(renewTime ?? 0),
      leaderTransitions: Number(transitions),
    };
    return { record, raw: version };
  }

  create(record: LeaderElectionRecord, signal: AbortSignal): Promise<void> {
    return this.write('', record, signal);
  }

  async update(record: LeaderElectionRecord, signal: AbortSignal): Promise<void> {
    this.calls.requireOpen();
    if (this.seen === undefined) {
      throw lockConflict(this.describe());
    }
    await this.write(this.seen, record, signal);
  }

  recordEvent(): void {
    // The hash shows it.
  }

  identity(): string {
    return this.id;
  }

  describe(): string {
    return this.keys[0] as string;
  }

  target(): readonly unknown[] {
    return ['RedisLock', ...this.server.target, this.describe()];
  }

  /**
   * Returns the version with which this candidate's latest term began. It is a decimal number; compare it as
   * a `bigint`, not as a text.
   */
  fencingToken(): string | undefined {
    return this.token;
  }

  get closed(): boolean {
    return this.calls.closed;
  }

  /**
   * Gives up every call, and ends the lock's own connection, also when it hangs. A client that the user gave
   * stays open.
   */
  async close(): Promise<void> {
    await this.calls.close();
    this.connection?.end();
  }

  private async write(seen: string, record: LeaderElectionRecord, signal: AbortSignal): Promise<void> {
    this.seen = undefined; // until this write is known to have succeeded
    const values = [
      record.holderIdentity,
      String(record.leaseDurationSeconds),
      record.acquireTime.toISOString(),
      record.renewTime.toISOString(),
      String(record.leaderTransitions),
    ];
    const reply = (await this.eval(WRITE, [seen, ...values], signal)) as Text[] | null;
    if (reply === null) {
      throw lockConflict(this.describe());
    }
    const [version, token] = reply.map(textOf);
    signal.throwIfAborted();
    [this.seen, this.token] = [version, token];
  }

  private eval(script: string, values: string[], signal: AbortSignal): Promise<unknown> {
    return this.calls.make(signal, async (ctx) => {
      const connect = await unlessAborted(ctx, this.load());
      ctx.throwIfAborted();
      let connection: RedisConnection | undefined;
      try {
        connection = this.connection ??= connect();
        return await unlessAborted(ctx, connection.eval(script, this.keys, values));
      } catch (error) {
        this.drop(connection);
        throw redisFailure(this.describe(), this.server.where, error);
      }
    });
  }

  private async load(): Promise<Connect> {
    return (this.connect ??= await this.server.load());
  }

  /**
   * After any failure the next call makes a new connection, so that nobody receives a late answer. When two
   * calls fail together, the later of them may find that connection, which it must not forget.
   */
  private drop(connection: RedisConnection | undefined): void {
    connection?.end();
    if (this.connection === connection) {
      this.connection = undefined;
    }
  }
}

function serverOf(reader: OptionReader): RedisServer {
  const client = reader.object('client', 'a client of ioredis or redis, with a method eval()', 'eval');
  const isUrlGiven = reader.value('url') !== undefined;
  if ((client !== undefined) === isUrlGiven) {
    throw new WaitError(
      'WAIT_ERR_INVALID_OPTION',
      isUrlGiven
        ? 'RedisLock: exactly one of client and url must be given, not both.'
        : 'RedisLock: exactly one of client and url must be given, and both are undefined. If the url comes from the environment, check that its variable is set.',
    );
  }
  return isUrlGiven
    ? serverOfUrl(readRedisUrl(reader))
    : serverOfClient(client as RedisClient | IORedisClient);
}

/** Reads one value of a reply; some clients can be told to reply with Buffers. */
function textOf(value: Text): string | undefined {
  return value?.toString();
}
