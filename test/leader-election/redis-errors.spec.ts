import { describe, expect, it } from '@jest/globals';
import { EventEmitter } from 'node:events';
import { inspect } from 'node:util';
import { RedisLock } from 'nestjs-wait/leader-election/redis';

// What the error of a RedisLock says.

const live = (): AbortSignal => new AbortController().signal;

describe('a call that fails', () => {
  const failing = (thrown: Error): RedisLock =>
    new RedisLock({
      key: 'a',
      client: {
        eval: async () => {
          throw thrown;
        },
      },
    });

  it.each([
    { error: 'WRONGPASS invalid username-password pair', want: 'Check the user and the password.' },
    {
      error: 'NOAUTH Authentication required.',
      want: 'Redis wants a password, so write it into the url or into the options of the client.',
    },
    {
      error: "NOPERM this user has no permissions to run the 'eval' command",
      want: 'Let the user run EVAL and TIME, HMGET and HSET on the key, and GET and SET on its counter.',
    },
    {
      error: "READONLY You can't write against a read only replica.",
      want: 'The lock must talk to the master, and this server is a replica.',
    },
    {
      error: "OOM command not allowed when used memory > 'maxmemory'.",
      want: 'Raise maxmemory, or store less in this Redis.',
    },
    {
      error:
        'ERR Error running script (call to f_1): @user_script:4: @user_script: 4: -OOM command not allowed',
      want: 'Raise maxmemory, or store less in this Redis.', // Redis 6
    },
    {
      error: 'MISCONF Redis is configured to save RDB snapshots',
      want: 'Redis cannot write to its disk, and its log says why.',
    },
    { error: 'LOADING Redis is loading the dataset in memory', want: 'Wait until Redis has read its data.' },
    {
      error: 'CLUSTERDOWN Hash slot not served',
      want: 'Check with CLUSTER INFO that the nodes of the cluster serve all slots.',
    },
    {
      error: 'connect ECONNREFUSED 127.0.0.1:1',
      want: 'Check the host and the port, and that Redis runs there.',
    },
    { error: 'getaddrinfo ENOTFOUND db', want: 'Check the name of the host.' },
  ])('says what to do about: $error', async ({ error, want }) => {
    await expect(failing(new Error(error)).get(live())).rejects.toMatchObject({
      code: 'WAIT_ERR_LEADER_ELECTION',
      message: `a: Redis at the given client failed: ${error.replace(/\.$/, '')}. ${want}`,
    });
  });

  it('says what to do by the code, where the message is empty', async () => {
    const each = new Error('connect ECONNREFUSED ::1:1');
    const error = Object.assign(new AggregateError([each], ''), { code: 'ECONNREFUSED' });
    await expect(failing(error).get(live())).rejects.toThrow(
      'a: Redis at the given client failed: connect ECONNREFUSED ::1:1. Check the host',
    );
  });

  it('keeps of the error of a client only what has no password', async () => {
    const command = { name: 'auth', args: ['secret'] };
    const text = "ERR unknown command 'AUTH', with args beginning with: 'secret' ";
    const error = Object.assign(new Error(text), { name: 'ReplyError', code: 'ERR', command });
    Object.assign(error, { previousErrors: [{ command }], cause: command });
    const failure: unknown = await failing(error)
      .get(live())
      .catch((thrown) => thrown);
    const { cause } = failure as Error;
    expect(cause).toMatchObject({
      name: 'ReplyError',
      message: "ERR unknown command 'AUTH'",
      code: 'ERR',
      stack: expect.stringContaining('redis-errors.spec.ts'),
    });
    expect(inspect(failure, { depth: Infinity, showHidden: true })).not.toContain('secret');
  });

  it('has no remedy for what is in no table', async () => {
    await expect(failing(new Error('toString is broken.')).get(live())).rejects.toThrow(
      /^a: Redis at the given client failed: toString is broken\.$/,
    );
  });

  it('says what the client has emitted, where the call says only that the connection is closed', async () => {
    const made = new EventEmitter();
    const client = Object.assign(new EventEmitter(), {
      options: {},
      connect: async () => {},
      eval: async () => [],
      duplicate: () =>
        Object.assign(made, {
          connect: async () => {},
          eval: async () => {
            made.emit('error', new Error('read ECONNRESET'));
            throw new Error('Connection is closed.');
          },
          duplicate: () => {},
        }),
    });
    const lock = new RedisLock({ key: 'a', client });
    await expect(lock.get(live())).rejects.toThrow('a: Redis at localhost:6379 failed: read ECONNRESET.');
    await lock.close();
  });

  it('has the text of the lock when the client cannot even be duplicated', async () => {
    const client = {
      options: { socket: { host: 'db', port: 7 } },
      on: () => {},
      connect: async () => {},
      eval: async () => [],
      duplicate: () => {
        throw new URIError('URI malformed');
      },
    };
    const lock = new RedisLock({ key: 'a', client });
    await expect(lock.get(live())).rejects.toMatchObject({
      code: 'WAIT_ERR_LEADER_ELECTION',
      message: 'a: Redis at db:7 failed: URI malformed.',
    });
    await lock.close();
  });
});

describe('where Redis is', () => {
  /** What the error says of a Cluster of `ioredis` with this node. */
  async function placeOf(node: unknown): Promise<string | undefined> {
    const client = {
      isCluster: true,
      startupNodes: [node],
      defineCommand: () => {},
      on: () => {},
      connect: async () => {},
      eval: async () => [],
      duplicate: () => {
        throw new Error('no');
      },
    };
    const failure: unknown = await new RedisLock({ key: 'a', client }).get(live()).catch((error) => error);
    return /^a: Redis at (.+) failed: no\.$/.exec((failure as Error).message)?.[1];
  }

  it.each<{ node: unknown; want: string }>([
    { node: { host: 'db', port: 7 }, want: 'db:7' },
    { node: { host: 'db' }, want: 'db:6379' },
    { node: 7, want: 'localhost:7' },
    { node: '7', want: 'localhost:7' },
    { node: 'db', want: 'db:6379' },
    { node: 'db:7', want: 'db:7' },
    { node: '[::1]:7', want: '[::1]:7' },
    { node: 'redis://db:7/0?family=6', want: 'db:7' },
    { node: 'rediss://db', want: 'db:6379' },
    { node: '//db:7', want: 'db:7' },
  ])('is $want, if the node is $node', async ({ node, want }) => {
    expect(await placeOf(node)).toBe(want);
  });

  it.each([
    ':secret@db:7',
    'user:secret@db:7',
    'user:se@secret@db:7',
    'user:se:secret@db:7',
    'redis://:secret@db:7',
    'rediss://user:secret@db:7/0',
    'redis://user:se@secret@db:7?password=secret',
    'db:7?password=secret',
    '//user:secret@db:7',
  ])('is db:7, without the password of %s', async (node) => {
    expect(await placeOf(node)).toBe('db:7');
  });

  it.each([
    ':secret/secret@db:7',
    'redis://:secret/secret@db:7',
    'redis://:secret#secret@db:7',
    'redis://secret?secret@db:7',
    'db:7?password=a@secret',
    ':secret',
    'secret:secret',
    '/secret@secret',
    '',
  ])('is not shown, where it is not clear which part of %s is the password', async (node) => {
    expect(await placeOf(node)).toBe('a node of the given client');
  });
});
