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
  /** Closes what `newLock` has opened besides the locks. */
  close(): Promise<void>;
}

/** The ways to make locks on one engine, by what a test calls them. */
export type Subjects = Readonly<Record<string, (engine: Engine) => Subject>>;

/** Makes the name of a record that no other test has. */
export const newName = (): string => `test-${randomUUID()}`;
