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
  /** What ended it; absent if it was told to stop. */
  readonly error?: unknown;
}

/** No run begins from now on; a run may be in progress. */
export interface PausedEvent extends EventOf<'paused'> {
  /** Why; absent if nobody has said so. */
  readonly reason?: string;
}

/** A run has begun, or the run in progress has been found to be hung. */
export interface RunEvent extends EventOf<'run-started' | 'hung'> {
  readonly run: LoopRun;
}

/** A run has ended, or a run that was reported as hung has ended after all. */
export interface ResultEvent extends EventOf<'run-ended' | 'recovered'> {
  readonly result: RunResult;
}

/** A term of a leader-only loop has begun or ended. */
export interface TermEvent extends EventOf<'leading' | 'stopped-leading'> {
  /** The group whose leader runs the loop. */
  readonly leaderOnly: string;
}

/** The pause of the loop is over, or the loop has new options. */
export type ChangeEvent = EventOf<'resumed' | 'updated'>;

/** Something that has happened to a loop. `type` says what. */
export type LoopEvent =
  StartedEvent | StoppedEvent | PausedEvent | RunEvent | ResultEvent | TermEvent | ChangeEvent;

type WithoutLoop<E> = E extends LoopEvent ? Omit<E, 'loop' | 'at'> : never;

/** What has happened, for code that knows to which loop and when. */
export type LoopNews = WithoutLoop<LoopEvent>;

/** Receives the events of all loops. What it returns has no effect. */
export type LoopEventListener = (event: LoopEvent) => void;
