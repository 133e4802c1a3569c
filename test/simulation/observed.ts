import type { LeaderElector } from 'nestjs-wait/leader-election';
import type { ReplicaClock } from '../../src/testing/replica-clock.js';
import type { Account } from './account.js';
import type { Manner } from './history.js';

/** What the checks may look at of a process. Instants are in the world's time, unless they say otherwise. */
export interface ObservedProcess {
  readonly identity: string;
  readonly clock: ReplicaClock;
  readonly elector: LeaderElector;
  readonly account: Account;
  readonly network: ObservedNetwork;
  readonly lock: ObservedLock;
  readonly openRuns: ReadonlySet<Run>;
  /** Whether it can do anything now, and could be asked. */
  readonly isRunning: boolean;
  readonly hasSettled: boolean;
  /** How many terms have begun, and how many have been reported as over. */
  readonly terms: number;
  readonly endedTerms: number;
  /** When runs of the last term were first told to stop; `Infinity` if they were not. */
  readonly drainBeganAt: number;
  /** When it was told to end; `Infinity` if it was not. */
  readonly toldAt: number;
  readonly lastPause: number;
}

export interface ObservedLock {
  readonly lastWrite: number;
  /** Since when a lease has been given back; `Infinity` if the process campaigns or leads. */
  readonly releasingSince: number;
}

export interface ObservedNetwork {
  /** When a message was last lost or late. */
  readonly lastTrouble: number;
  /** When a request was last sent that came late. */
  readonly lastLateRequest: number;
}

/** One run of a loop. Instants are on the clock of its process. */
export interface Run {
  readonly process: ObservedProcess;
  readonly loop: string;
  readonly manner: Manner;
  /** The term in which it began, counted from 1 in its process, and when that term began. */
  readonly term: number;
  readonly termBeganAt: number;
  /** The fencing token when it began, and the epoch of the engine that gave it. */
  readonly token: string | undefined;
  readonly epoch: number;
  /** When it was told to stop. */
  toldAt: number | undefined;
  /** Whether its process has been paused since it began. */
  wasPaused: boolean;
  /** Whether it overlaps with another leader that no election could have kept away. */
  isExcused: boolean;
}
