import { randomUUID } from 'node:crypto';
import type { ResourceLock } from 'nestjs-wait/leader-election';
import type { Engine } from '../engines/engine.js';

/** One way to make locks on one engine. Every way that a user has must keep the same contract. */
export interface Subject {
  /** Makes a lock on a record, which reaches the engine through a port of its host. */
  newLock(name: string, identity: string, port: number): Promise<ResourceLock>;
  /** How many connections a client of the user keeps, whatever the lock does; default 0. */
  readonly usersConnections?: number;
  /** Deletes the record, as an administrator would. */
  remove(name: string): Promise<void>;
  /** Loses everything that the engine keeps. Absent where that cannot happen, or where versions may come back. */
  forget?(): Promise<void>;
  /**
   * Keeps a copy of the record, and of what its versions and tokens come from. Absent where `forget` is.
   *
   * @returns Puts the copy back, as a fail-over to a copy that lags does.
   */
  copy?(name: string): Promise<() => Promise<void>>;
  /** Closes what `newLock` has opened besides the locks. */
  close(): Promise<void>;
}

/** The ways to make locks on one engine, by what a test calls them. */
export type Subjects = Readonly<Record<string, (engine: Engine) => Subject>>;

/** Makes the name of a record that no other test has. */
export const newName = (): string => `test-${randomUUID()}`;
