import { describe, expect, it } from '@jest/globals';
import { PostgresLock, type PostgresClient } from 'nestjs-wait/leader-election/postgres';

const live = (): AbortSignal => new AbortController().signal;
const lockOn = (reply: unknown): PostgresLock =>
  new PostgresLock({ name: 'a', client: { query: async () => reply } as PostgresClient });

describe('a PostgresLock on a client of another library', () => {
  it.each([undefined, null, 5, {}, { rows: 1 }])('refuses what is no rows, such as %p', async (reply) => {
    await expect(lockOn(reply).get(live())).rejects.toMatchObject({
      code: 'WAIT_ERR_INVALID_OPTION',
      message: expect.stringMatching(
        /^PostgresLock: client\.query resolved to .+; it must resolve to \{ rows \} or to an array of rows\.$/,
      ),
    });
  });

  it.each([undefined, [], [{ rows: [] }, { rows: [] }]])(
    'takes no interest in what making the table resolves to, such as %p',
    async (reply) => {
      await expect(lockOn(reply).createTable()).resolves.toBeUndefined();
    },
  );
});
