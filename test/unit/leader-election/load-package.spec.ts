import { describe, expect, it } from '@jest/globals';
import { loadPackage } from '../../../src/leader-election/load-package.js';

const errorOf = (code: string, message: string): Error => Object.assign(new Error(message), { code });
const rejecting = (error: Error) => async (): Promise<string> => {
  throw error;
};

describe('loadPackage', () => {
  it.each([
    {
      by: 'an ES module',
      code: 'ERR_MODULE_NOT_FOUND',
      message: "Cannot find package 'pg' imported from /app/x.js",
    },
    {
      by: 'CommonJS',
      code: 'MODULE_NOT_FOUND',
      message: "Cannot find module 'pg'\nRequire stack:\n- /app/x.js",
    },
    {
      by: "Yarn's PnP",
      code: 'MODULE_NOT_FOUND',
      message:
        "Your application tried to access pg, but it isn't declared in your dependencies; this makes …",
    },
    {
      by: "Yarn's PnP, as a peer",
      code: 'MODULE_NOT_FOUND',
      message:
        "nestjs-wait tried to access pg (a peer dependency) but it isn't provided by your application; …",
    },
  ])('says what to install when the package is missed by $by', async ({ code, message }) => {
    const cause = errorOf(code, message);
    await expect(loadPackage('PostgresLock', { pg: rejecting(cause) })).rejects.toMatchObject({
      name: 'WaitError',
      code: 'WAIT_ERR_MISSING_PACKAGE',
      message: "PostgresLock: the package 'pg' is not installed. Run: npm install pg",
      cause,
    });
  });

  it.each([
    errorOf(
      'ERR_MODULE_NOT_FOUND',
      "Cannot find package 'pg-pool' imported from /app/node_modules/pg/index.js",
    ),
    errorOf(
      'MODULE_NOT_FOUND',
      "Cannot find module 'pg-pool'\nRequire stack:\n- /app/node_modules/pg/index.js",
    ),
    errorOf(
      'ERR_MODULE_NOT_FOUND',
      "Cannot find module '/app/node_modules/pg/index.js' imported from /app/x.js",
    ),
    errorOf('MODULE_NOT_FOUND', "pg tried to access pg-native, but it isn't declared in its dependencies; …"),
    errorOf('ERR_DLOPEN_FAILED', "Cannot find module 'pg'"),
    new Error("Cannot find module 'pg'"),
  ])('says what else goes wrong: %p', async (error) => {
    await expect(loadPackage('PostgresLock', { pg: rejecting(error) })).rejects.toMatchObject({
      code: 'WAIT_ERR_MISSING_PACKAGE',
      message: `PostgresLock: the package 'pg' cannot be loaded by Node ${process.version}: ${error.message.replace(/\n/g, '\\n')}`,
      cause: error,
    });
  });

  it('takes the first package that is installed', async () => {
    const missing = rejecting(errorOf('MODULE_NOT_FOUND', "Cannot find module 'ioredis'"));
    const load = loadPackage('RedisLock', {
      ioredis: missing,
      redis: async () => 'redis',
      other: rejecting(new Error('nobody asks for it')),
    });
    await expect(load).resolves.toBe('redis');
  });

  it('names all packages that would do, and how to install the first', async () => {
    const missing = (name: string): (() => Promise<string>) =>
      rejecting(errorOf('MODULE_NOT_FOUND', `Cannot find module '${name}'`));
    const load = loadPackage('RedisLock', { ioredis: missing('ioredis'), redis: missing('redis') });
    await expect(load).rejects.toMatchObject({
      message: "RedisLock: the package 'ioredis' or 'redis' is not installed. Run: npm install ioredis",
      cause: { message: "Cannot find module 'ioredis'" },
    });
  });
});
