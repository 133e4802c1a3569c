/** The functions of Node that make a wait. */
export interface NodeTimers {
  readonly setTimeout: typeof setTimeout;
  readonly clearTimeout: typeof clearTimeout;
  readonly setImmediate: typeof setImmediate;
  readonly clearImmediate: typeof clearImmediate;
}

/** A clock that remembers what it said last. */
export interface RememberingClock {
  readonly lastLook: number;
  now(): number;
}

/** What waits on Node's timers. */
export interface Wait {
  /** The clock's reading from which on the wait is over. */
  readonly due: number;
  /** Whether the wait lets the process end. */
  readonly unref: boolean;
  /** What will end the wait; `undefined` when it is not under way. */
  armed: Armed | undefined;
  /** Is called when the wait is over. */
  end(): void;
}

/** Something of Node's that will end a wait. */
export interface Armed {
  disarm(wait: Wait): void;
}

/**
 * How many milliseconds may be left of a wait when its timeout comes. Node may be up to one early, and a wait
 * may be due up to one later than the wait for which its shared timeout was made.
 */
const MOST_EARLY = 2;

/**
 * Tells whether a timeout has come too early, so that its wait takes one more millisecond.
 *
 * Where far more is left, or the clock has not moved since the timeout before, the clock stands still or was
 * replaced, as a user's fake timers do. Then the timeout is right.
 *
 * @param now - What the clock says.
 * @param before - What it said when the timeout before came, if that was too early.
 */
export function isEarly(due: number, now: number, before: number | undefined): boolean {
  return due > now && due - now < MOST_EARLY && now !== before;
}
