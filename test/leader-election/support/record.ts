import type { Engine } from './engines/engine.js';
import { until } from './processes.js';
import { SUBJECTS } from './subjects/index.js';
import type { ResourceLock } from 'nestjs-wait/leader-election';

/** Makes what the engine needs before the first candidate comes, such as a table. */
export function prepare(engine: Engine): Promise<void> {
  return withLock(engine, 'first', async () => {});
}

/** Waits until the record of an election names a candidate. */
export function untilRecordNames(identity: string, engine: Engine, election: string): Promise<void> {
  return withLock(engine, election, (lock) =>
    until(`the record names ${identity}`, async () => {
      const found = await lock.get(new AbortController().signal);
      return found?.record.holderIdentity === identity;
    }),
  );
}

async function withLock(
  engine: Engine,
  name: string,
  use: (lock: ResourceLock) => Promise<void>,
): Promise<void> {
  const [newSubject] = Object.values(SUBJECTS[engine.name]);
  const subject = newSubject!(engine);
  const lock = await subject.newLock(name, 'reader', engine.port);
  try {
    await use(lock);
  } finally {
    await lock.close?.();
    await subject.close();
  }
}
