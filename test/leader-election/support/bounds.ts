import { DURATIONS, type ServerName } from './candidates.js';

/** The longest wait before an attempt to become the leader, in retry periods. */
const JITTER = 2.2;
/** Milliseconds in which a process without anything left to do ends, also on a busy machine. */
const EXIT = 2000;
/**
 * PostgreSQL: two that are being dropped, with one each that cancels the query. Redis: one that is used, one that
 * is being dropped, and one of the client that the lock duplicates.
 */
const CONNECTIONS: Readonly<Record<ServerName, number>> = { postgres: 4, redis: 3, kubernetes: 2 };

/** What a candidate keeps to. Times are milliseconds. */
export interface Bounds {
  /** Twice the time in which a candidate sees that a lease has expired, and tries to acquire it. */
  readonly takeOver: number;
  /** The same for a lease that has been released. */
  readonly released: number;
  /** How long a request may take, as in LeaderElector. */
  readonly request: number;
  /** How long a process may take to end by itself: a release that hangs, a request that does, and its exit. */
  readonly ending: number;
  /** How many connections a candidate may have open at once, for each of its elections. */
  readonly connections: number;
}

export function boundsOf(engineName: ServerName): Bounds {
  const { leaseDuration, renewDeadline, retryPeriod } = DURATIONS[engineName];
  const request = Math.max(1000, renewDeadline / 2);
  return {
    takeOver: 2 * (leaseDuration + retryPeriod * JITTER),
    released: 2 * retryPeriod * JITTER,
    request,
    ending: renewDeadline + request + EXIT,
    connections: CONNECTIONS[engineName],
  };
}
