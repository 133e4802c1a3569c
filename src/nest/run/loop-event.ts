import type { LoopRun } from '../declare/around-run.js';
import type { RunResult } from './run-result.js';

interface EventOf<Type extends string> {
  readonly type: Type;
  /** The name of the loop; with several workers `X.tick#0` and so on. */
  readonly loop: string;
  /** When it happened. */
  readonly at: Date;
}

/** The loop has started. Its first run may follow at once. */
export type StartedEvent = EventOf<'started'>;

/** The loop has ended for good. */
export interface StoppedEvent extends EventOf<'stopped'> {
  /**
   * What ended it; absent if it was told to stop. `JSON.stringify` writes an `ErrorSummary` instead, since
   * the error may be circular and may contain secrets.
   */
  readonly error?: unknown;
}

/** No run begins from now on; a run may be in progress. */
export interface PausedEvent extends EventOf<'paused'> {
  /** Why; absent if nobody has said so. */
  readonly reason?: string;
}

/** The pause of the loop is over. */
export type ResumedEvent = EventOf<'resumed'>;

/** The loop has new options. */
export type UpdatedEvent = EventOf<'updated'>;

/** A run has begun. */
export interface RunStartedEvent extends EventOf<'run-started'> {
  readonly run: LoopRun;
}

/** A run has ended. */
export interface RunEndedEvent extends EventOf<'run-ended'> {
  readonly result: RunResult;
}

/** The run in progress has lasted for `hungAfter`. */
export interface HungEvent extends EventOf<'hung'> {
  readonly run: LoopRun;
}

/** A run that was reported as hung has ended after all. */
export interface RecoveredEvent extends EventOf<'recovered'> {
  readonly result: RunResult;
}

/** A term of a leader-only loop has begun. */
export interface LeadingEvent extends EventOf<'leading'> {
  /** The group whose leader runs the loop. */
  readonly leaderOnly: string;
}

/** A term of a leader-only loop has ended, and so has its last run. */
export interface StoppedLeadingEvent extends EventOf<'stopped-leading'> {
  /** The group whose leader runs the loop. */
  readonly leaderOnly: string;
}

/** Something that has happened to a loop. `type` says what. */
export type LoopEvent =
  | StartedEvent
  | RunStartedEvent
  | RunEndedEvent
  | HungEvent
  | RecoveredEvent
  | PausedEvent
  | ResumedEvent
  | UpdatedEvent
  | LeadingEvent
  | StoppedLeadingEvent
  | StoppedEvent;

type WithoutLoop<E> = E extends LoopEvent ? Omit<E, 'loop' | 'at'> : never;

/** What has happened, for code that knows to which loop and when. */
export type LoopNews = WithoutLoop<LoopEvent>;

/** Receives the events of all loops. What it returns has no effect. */
export type LoopEventListener = (event: LoopEvent) => void;
