import { WaitError } from '../../core/errors.js';
import { OptionReader } from '../../core/options/option-reader.js';
import { defaultIdentity } from '../identity.js';
import { lockConflict } from '../lock-conflict.js';
import type { LeaderElectionRecord, ResourceLock, LockedRecord } from '../resource-lock.js';
import { unlessAborted } from '../unless-aborted.js';
import { connectToRedis, type RedisConnection } from './redis-connection.js';
import type { IORedisClient, RedisClient, RedisLockOptions } from './redis-lock-options.js';

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

// A missing hash has the empty version. A version is never used twice, because its counter outlives the hash.
const WRITE = `
local seen = redis.call('HMGET', KEYS[1], 'version', 'token', 'holderIdentity', 'acquireTime', 'leaderTransitions')
if (seen[1] or '') ~= ARGV[1] then return false end
local version = string.format('%.0f', redis.call('INCR', KEYS[2]))
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
 * **Details.** Lua scripts write the hash by compare-and-swap on its `version`. Versions come from `INCR` on
 * a second key, `{key}:version`, in the same slot of a cluster, so that no version returns when the hash is
 * deleted. The fencing token is the version with which the term began. Neither key expires.
 *
 * **Gotchas.** Redis must keep every write that it has acknowledged. Without the append-only file, a restart
 * loses the lease and the counter. Two candidates then lead until the first one notices, and tokens start
 * again at 1. Set `appendonly yes` and `appendfsync always` (with `everysec` a power failure loses up to a
 * second), and `maxmemory-policy noeviction`. A fail-over to a replica loses what was not yet replicated,
 * both with Sentinel and in a cluster. Where that is not acceptable, use PostgreSQL or Kubernetes. This lock
 * uses one Redis. It is not Redlock, whose several masters would change none of this.
 *
 * @example
 * const lock = new RedisLock({ key: 'outbox:leader', url: 'redis://localhost:6379' });
 */
export class RedisLock implements ResourceLock {
  private readonly options: RedisLockOptions;
  private readonly keys: string[];
  private readonly id: string;
  private own: Promise<RedisConnection> | undefined;
  private seen: string | undefined;
  private token: string | undefined;

  /**
   * @param options - See {@link RedisLockOptions}.
   * @throws WaitError `WAIT_ERR_INVALID_OPTION` when an option cannot be used, as when the key is empty, or
   *   not exactly one of `client` and `url` is given.
   */
  constructor(options: RedisLockOptions) {
    const reader = OptionReader.of('RedisLock', options, OPTION_NAMES);
    const client = reader.object('client', 'a client of ioredis or redis, with a method eval()', 'eval');
    const isUrlGiven = reader.value('url') !== undefined;
    if ((client === undefined) === !isUrlGiven) {
      throw invalid('exactly one of client and url must be given');
    }
    if (isUrlGiven) {
      reader.string('url');
    }
    const key = reader.string('key');
    this.options = reader.written as unknown as RedisLockOptions;
    this.keys = [key, /\{[^}]+\}/.test(key) ? `${key}:version` : `{${key}}:version`];
    this.id = reader.string('identity', defaultIdentity());
  }

  async get(signal: AbortSignal): Promise<LockedRecord | undefined> {
    this.seen = undefined;
    const reply = (await this.eval(READ, [], signal)) as Array<string | null>;
    const [version, holderIdentity, duration, acquireTime, renewTime, transitions] = reply;
    if (version == null) {
      return undefined;
    }
    this.seen = version;
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
    return this.options.key;
  }

  /**
   * Returns the version with which this candidate's latest term began. It is a decimal number; compare it as
   * a `bigint`, not as a text.
   */
  fencingToken(): string | undefined {
    return this.token;
  }

  /** Ends the lock's own connection; a client that the user gave stays open. */
  async close(): Promise<void> {
    const own = this.own;
    this.own = undefined;
    (await own?.catch(() => undefined))?.end();
  }

  private async write(version: string, record: LeaderElectionRecord, signal: AbortSignal): Promise<void> {
    this.seen = undefined; // until this write is known to have succeeded
    const values = [
      record.holderIdentity,
      String(record.leaseDurationSeconds),
      record.acquireTime.toISOString(),
      record.renewTime.toISOString(),
      String(record.leaderTransitions),
    ];
    const reply = (await this.eval(WRITE, [version, ...values], signal)) as [string, string] | null;
    if (reply === null) {
      throw lockConflict(this.describe());
    }
    [this.seen, this.token] = reply;
  }

  private async eval(script: string, values: string[], signal: AbortSignal): Promise<unknown> {
    signal.throwIfAborted();
    const { client } = this.options;
    const { keys } = this;
    if (client !== undefined) {
      return unlessAborted(signal, evalOn(client, script, keys, values));
    }
    const own = (this.own ??= connectToRedis(this.options.url ?? ''));
    try {
      const { client: connected } = await unlessAborted(signal, own);
      return await unlessAborted(signal, evalOn(connected, script, keys, values));
    } catch (error) {
      // After any failure the next call makes a new connection, so that nobody receives a late answer.
      this.own = this.own === own ? undefined : this.own;
      own.then((connection) => connection.end(), ignore);
      throw error;
    }
  }
}

const ignore = (): void => {};

function evalOn(
  client: RedisClient | IORedisClient,
  script: string,
  keys: string[],
  values: string[],
): Promise<unknown> {
  return 'defineCommand' in client
    ? client.eval(script, keys.length, ...keys, ...values)
    : client.eval(script, { keys, arguments: values });
}

function invalid(what: string): WaitError {
  return new WaitError('WAIT_ERR_INVALID_OPTION', `RedisLock: ${what}.`);
}
