import { EventEmitter } from 'node:events';
import { beforeEach, describe, expect, it } from '@jest/globals';
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

  describe('that does not answer', () => {
    let answers: ((rows: unknown[]) => void)[];
    let lock: PostgresLock;

    beforeEach(() => {
      answers = [];
      const query = (): Promise<unknown[]> => new Promise((resolve) => answers.push(resolve));
      lock = new PostgresLock({ name: 'a', client: { query } });
    });

    /** Makes a call and gives it up at once. */
    async function giveUp(): Promise<void> {
      const controller = new AbortController();
      const call = lock.get(controller.signal);
      controller.abort(new Error('given up'));
      await expect(call).rejects.toThrow('given up');
    }

    it('gets two queries and no more, until it answers one', async () => {
      await giveUp();
      await giveUp();
      const refused = {
        code: 'WAIT_ERR_LEADER_ELECTION',
        message: expect.stringMatching(
          /^"nestjs_wait_leases"\/a: the client has not answered .* 'pool' .*query_timeout/,
        ),
      };
      await expect(lock.get(live())).rejects.toMatchObject(refused);
      await expect(lock.createTable()).rejects.toMatchObject(refused);
      expect(answers).toHaveLength(2);

      answers[0]?.([]);
      await Promise.resolve();
      const call = lock.get(live());
      expect(answers).toHaveLength(3);
      answers[2]?.([]);
      await expect(call).resolves.toBeUndefined();
    });

    it('is not asked for a call that was given up before it was made', async () => {
      await expect(lock.get(AbortSignal.abort(new Error('given up')))).rejects.toThrow('given up');
      expect(answers).toEqual([]);
    });

    it('does not hold up close(), which gives up what runs', async () => {
      const [call, closed] = await Promise.allSettled([lock.get(live()), lock.close()]);
      expect(call).toMatchObject({ reason: { code: 'WAIT_ERR_LOCK_CLOSED' } });
      expect(closed).toMatchObject({ status: 'fulfilled' });
    });
  });

  it('is not held against it when it throws at once, or rejects', async () => {
    let calls = 0;
    const query = (): Promise<unknown[]> => {
      calls++;
      if (calls < 4) {
        throw new Error('not connected');
      }
      return calls < 8 ? Promise.reject(new Error('not connected')) : Promise.resolve([]);
    };
    const lock = new PostgresLock({ name: 'a', client: { query } });
    for (let call = 1; call < 8; call++) {
      // oxlint-disable-next-line no-await-in-loop -- one call at a time
      await expect(lock.get(live())).rejects.toThrow('"nestjs_wait_leases"/a: not connected.');
    }
    await expect(lock.get(live())).resolves.toBeUndefined();
  });

  it('takes no interest in what making the table resolves to', async () => {
    const query = async (sql: string): Promise<unknown[]> =>
      sql.startsWith('SELECT') ? [{ found_table: null, found_sequence: null }] : (undefined as never);
    await expect(new PostgresLock({ name: 'a', client: { query } }).createTable()).resolves.toBeUndefined();
  });

  it('does not end the process when it breaks and nobody listens', async () => {
    const client = Object.assign(new EventEmitter(), { query: async () => [] });
    for (const name of ['a', 'b']) {
      // oxlint-disable-next-line no-await-in-loop -- one after the other
      await new PostgresLock({ name, client }).get(live());
    }
    expect(client.listenerCount('error')).toBe(1);
    expect(() => client.emit('error', new Error('Connection terminated unexpectedly'))).not.toThrow();
  });

  it('is not asked by a lock that is closed', async () => {
    let calls = 0;
    const query = async (): Promise<unknown[]> => (calls++, []);
    const lock = new PostgresLock({ name: 'a', client: { query } });
    await Promise.all([lock.close(), lock.close()]);
    for (const call of [() => lock.prepare(), () => lock.createTable(), () => lock.get(live())]) {
      // oxlint-disable-next-line no-await-in-loop -- one after the other
      await expect(call()).rejects.toMatchObject({ code: 'WAIT_ERR_LOCK_CLOSED' });
    }
    expect(calls).toBe(0);
  });
});
