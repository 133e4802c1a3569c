import { expect } from '@jest/globals';
import {
  InMemoryLock,
  InMemoryLockStore,
  LeaderElector,
  type LeaderCallbacks,
  type LeaderElectionRecord,
  type LeaderElectorOptions,
  type LeaderElectorSources,
  type ResourceLock,
} from 'nestjs-wait/leader-election';
import { FakeClock } from 'nestjs-wait/testing';
import { ScriptedLock } from './scripted-lock.js';

export const A_WHILE_AGO = new Date('2020-01-01T00:00:00Z');
const LEASE = 'lease';

/** A record that another candidate has written, with some fields changed. */
export const record = (fields: Partial<LeaderElectionRecord> = {}): LeaderElectionRecord => ({
  holderIdentity: 'other',
  leaseDurationSeconds: 15,
  acquireTime: A_WHILE_AGO,
  renewTime: A_WHILE_AGO,
  leaderTransitions: 3,
  ...fields,
});

/** Electors on one store and one clock, with a log of what they do. */
export class ElectorBench {
  readonly clock = new FakeClock();
  readonly store = new InMemoryLockStore();
  readonly events: string[] = [];
  readonly logged: string[] = [];
  readonly stop = new AbortController();
  /** What the work waits for when it is told to stop. */
  workEnds = async (): Promise<void> => {};

  /** Writes a record as another candidate would. */
  write(fields?: Partial<LeaderElectionRecord>): void {
    this.store.compareAndSwap(LEASE, this.store.read(LEASE)?.raw, record(fields));
  }

  delete(): void {
    this.store.delete(LEASE);
  }

  stored(): LeaderElectionRecord | undefined {
    return this.store.read(LEASE)?.record;
  }

  newLock(identity = 'me'): ScriptedLock {
    return new ScriptedLock(new InMemoryLock({ store: this.store, identity, name: LEASE }), this.clock);
  }

  note(text: string): void {
    this.events.push(`${this.clock.now()} ${text}`);
  }

  callbacks(identity = 'me'): LeaderCallbacks {
    return {
      onStartedLeading: async (signal, token) => {
        this.note(`${identity} started ${token}`);
        await new Promise((resolve) => {
          signal.addEventListener('abort', resolve);
        });
        await this.workEnds();
        this.note(`${identity} ended`);
      },
      onStoppedLeading: () => this.note(`${identity} stopped`),
      onNewLeader: (leader) => this.note(`${identity} sees ${leader}`),
    };
  }

  newElector(
    lock: ResourceLock,
    options: Partial<LeaderElectorOptions> = {},
    sources: LeaderElectorSources = {},
  ): LeaderElector {
    return new LeaderElector(
      { lock, callbacks: this.callbacks(lock.identity()), ...options },
      {
        clock: this.clock,
        random: () => 0.5,
        crashHandlers: [(error) => void this.logged.push(`crash ${String(error)}`)],
        logger: { warn: (text) => void this.logged.push(text) },
        ...sources,
      },
    );
  }

  /** Ends the run, and checks that it leaves no timer. */
  async end(run: Promise<void>): Promise<void> {
    this.stop.abort();
    await this.clock.advance(60_000);
    await run;
    expect(this.clock.armedTimers).toBe(0);
  }
}
