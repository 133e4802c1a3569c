import { expect, it } from '@jest/globals';
import { PostgresLock } from 'nestjs-wait/leader-election/postgres';
import { A_RECORD as record } from './support/a-record.js';

const MOST_TURNS = 40;
const row = { version: '9', token: '9', acquire_time: new Date(0), renew_time: new Date(0) };

type Call = 'get' | 'create';
interface Memory {
  readonly token: string | undefined;
  readonly version: boolean;
}

/**
 * Gives a call up some turns of the microtask queue after its reply.
 *
 * @returns What the lock remembers then: at once, or after the call has ended.
 */
async function memoryOf(call: Call, turns: number, when: 'at once' | 'at the end'): Promise<Memory> {
  let answer!: (rows: unknown[]) => void;
  const query = (): Promise<unknown[]> => new Promise((resolve) => (answer = resolve));
  const lock = new PostgresLock({ name: 'a', client: { query } });
  const giveUp = new AbortController();
  const made = call === 'get' ? lock.get(giveUp.signal) : lock.create(record, giveUp.signal);
  const ended = Promise.allSettled([made]);
  await new Promise((resolve) => setImmediate(resolve)); // the request is under way
  answer([row]);
  for (let turn = 0; turn < turns; turn++) {
    // oxlint-disable-next-line no-await-in-loop -- one microtask each
    await Promise.resolve();
  }
  giveUp.abort(new Error('given up'));
  if (when === 'at the end') {
    await ended;
  }
  const token = lock.fencingToken();
  // Without a version the lock refuses this as a conflict, and with one it looks at the signal.
  const refused = lock.update(record, AbortSignal.abort()).catch((error: unknown) => error);
  const { code } = (await refused) as { code?: unknown };
  return { token, version: code !== 'WAIT_ERR_LOCK_CONFLICT' };
}

it.each(['get', 'create'] as const)(
  'a PostgresLock remembers nothing more of a %s once it was given up',
  async (call) => {
    const memories: Memory[] = [];
    for (let turns = 0; turns < MOST_TURNS; turns++) {
      // oxlint-disable-next-line no-await-in-loop -- one after the other
      const [atOnce, atEnd] = await Promise.all([
        memoryOf(call, turns, 'at once'),
        memoryOf(call, turns, 'at the end'),
      ]);
      expect({ turns, ...atEnd }).toEqual({ turns, ...atOnce });
      memories.push(atEnd);
    }
    expect(memories.at(0)).toEqual({ token: undefined, version: false });
    expect(memories.at(-1)).toEqual({ token: call === 'create' ? '9' : undefined, version: true });
  },
);
