import { WaitError } from '../errors.js';

/** Where a crash happened. */
export interface CrashContext {
  /** The loop's name. */
  readonly name: string;
  /** Which run of the loop it was, counted from 1. */
  readonly run: number;
  /** Whether the loop had already been told to stop. An `AbortError` is then nothing to report. */
  readonly stopping: boolean;
}

/**
 * Is told of a crash, to log it or to report it somewhere.
 *
 * Counterpart of an entry of `runtime.PanicHandlers`. A handler that throws ends the loop with what it threw,
 * as in Go.
 */
export type CrashHandler = (error: unknown, context: CrashContext) => void;

/** What happens when a run throws. */
export interface CrashOptions {
  /** Called in order, each with the error as it was thrown; default: one that writes to `console.error`. */
  readonly crashHandlers?: readonly CrashHandler[];
  /** `true` rethrows after the handlers, which ends the loop; default `false`: the loop goes on. */
  readonly reallyCrash?: boolean;
}

/**
 * Writes `[name] run 17 failed: …` with the stack to `console.error`.
 *
 * Counterpart of `logPanic`, the first entry of `runtime.PanicHandlers`. Go writes nothing for
 * `http.ErrAbortHandler`. This writes nothing for an `AbortError` of a loop that was told to stop.
 */
export const logCrash: CrashHandler = (error, context) => {
  if (!isAbortByStop(error, context)) {
    console.error(`[${context.name}] run ${context.run} failed:`, error);
  }
};

/** Tells the one error that is no failure: a run that gave up because its signal aborted. */
export function isAbortByStop(error: unknown, context: CrashContext): boolean {
  return context.stopping && (error as Error | undefined)?.name === 'AbortError';
}

const ABORT_NAMES: readonly unknown[] = ['AbortError', 'CanceledError'];
const ABORT_CODES: readonly unknown[] = ['ABORT_ERR', 'ERR_CANCELED'];

/**
 * Tells whether a run of a loop that was told to stop has given up because of that: then it is aborted, and
 * has neither failed nor succeeded.
 *
 * @param error - What the run threw: the signal's reason itself, an abort of Node's or of an HTTP client, or
 *   an error that has one of these among its causes.
 * @param reason - With what the loop was told to stop.
 */
export function isAbort(error: unknown, reason: unknown): boolean {
  const seen = new Set<unknown>();
  let cause = error;
  while (cause !== undefined && cause !== null && !seen.has(cause)) {
    const { name, code, cause: next } = cause as { name?: unknown; code?: unknown; cause?: unknown };
    if (cause === reason || ABORT_NAMES.includes(name) || ABORT_CODES.includes(code)) {
      return true;
    }
    seen.add(cause);
    cause = next;
  }
  return false;
}

export const DEFAULT_CRASH_HANDLERS: readonly CrashHandler[] = [logCrash];

/**
 * Takes what a run threw or rejected with: calls every crash handler in order and then either swallows the
 * error or rethrows it.
 *
 * Counterpart of `runtime.HandleCrash` in k8s.io/apimachinery v0.19.4.
 *
 * **Gotchas.** A handler that throws hides the error itself, and the handlers after it are not called. What
 * it threw leaves, whatever `reallyCrash` says.
 *
 * **Differs from Go.** `reallyCrash` is false by default, since in Node a rejected promise is an everyday
 * error. Nothing (`throw undefined`, `Promise.reject()`) becomes a `WaitError`, as in the newest Kubernetes.
 * v0.19.4 swallowed it. The handlers are arguments, not a package-level list.
 *
 * @param error - What was thrown.
 * @param context - Where.
 * @param options - See {@link CrashOptions}.
 * @throws The error itself, when `reallyCrash` is set.
 *
 * @example
 * handleCrash(new Error('boom'), { name: 'Outbox.flush', run: 17, stopping: false }, {
 *   crashHandlers: [(error, { name, run }) => console.log(name, run, error)],
 * });
 */
export function handleCrash(error: unknown, context: CrashContext, options: CrashOptions = {}): void {
  const { crashHandlers = DEFAULT_CRASH_HANDLERS, reallyCrash = false } = options;
  const thrown = error ?? nothingThrown(context);
  for (const crashHandler of crashHandlers) {
    crashHandler(thrown, context);
  }
  if (reallyCrash) {
    throw thrown;
  }
}

function nothingThrown({ name, run }: CrashContext): WaitError {
  return new WaitError(
    'WAIT_ERR_NOTHING_THROWN',
    `Run ${run} of ${name} threw or rejected with nothing. Throw an Error, so that its cause can be found.`,
  );
}
