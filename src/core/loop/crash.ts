import { messageOf, MOST_CAUSES, oneLine, read, stackOf } from '../values/error-text.js';
import { WaitError } from '../errors.js';
import { listOf } from '../values/list-of.js';
import { isRunnable } from '../values/runnable.js';
import { show } from '../values/show.js';
import { ifRejected } from '../values/thenable.js';

/** Where a crash happened. */
export interface CrashContext {
  /** The loop's name. */
  readonly name: string;
  /** Which run of the loop it was, counted from 1. */
  readonly run: number;
  /** Whether the loop had already been told to stop. */
  readonly stopping: boolean;
}

/**
 * Receives a crash, to log it or to report it somewhere.
 *
 * Counterpart of an entry of `runtime.PanicHandlers`.
 *
 * **Details.** It may return a promise. The loop does not wait for it, and a rejection is logged.
 *
 * **Gotchas.** A handler that throws ends the loop, as in Go. The loop's promise rejects with what it threw.
 */
export type CrashHandler = (error: unknown, context: CrashContext) => unknown;

/** Decides what happens when a run throws. */
export interface CrashOptions {
  /** Called in order, each with the error as it was thrown; default: one that writes to `console.error`. */
  readonly crashHandlers?: readonly CrashHandler[];
  /** `true` rethrows after the handlers, which ends the loop; default `false`: the loop goes on. */
  readonly reallyCrash?: boolean;
}

/** A crash handler that has itself failed. */
export interface HandlerFailure {
  readonly handler: CrashHandler;
  readonly failure: unknown;
  readonly context: CrashContext;
  /** `true`: the handler threw, which ends the loop. `false`: the promise that it returned was rejected. */
  readonly endsLoop: boolean;
}

/** The options, and what a loop of the Nest module has in addition. */
export interface CrashHandling extends CrashOptions {
  /**
   * Default: writes a rejection to `console.error`, since it would be lost otherwise. What a handler throws
   * is not lost: it ends the loop.
   */
  readonly handlerFailed?: ((failure: HandlerFailure) => void) | undefined;
}

/**
 * Writes `[name] run 17 failed: …` to `console.error`, with the stacks of the error and of its causes.
 *
 * Counterpart of `logPanic`, the first entry of `runtime.PanicHandlers`. Go writes nothing for
 * `http.ErrAbortHandler`. This writes nothing for the abort of a loop that was told to stop.
 */
export const logCrash: CrashHandler = (error, { name, run, stopping }) => {
  if (!(stopping && isAbort(error, undefined))) {
    console.error(`[${oneLine(name)}] run ${run} failed: ${stackOf(error)}`);
  }
};

const ABORT_NAMES: readonly unknown[] = ['AbortError', 'CanceledError'];
const ABORT_CODES: readonly unknown[] = ['ABORT_ERR', 'ERR_CANCELED'];

/**
 * Tells whether a run gave up because its loop was told to stop. Such a run is aborted: it has neither failed
 * nor succeeded.
 *
 * @param thrown - What the run threw. It is an abort if it is the signal's reason, an abort error of Node or
 *   of an HTTP client, or an error that has one of these among its causes.
 * @param reason - The reason with which the loop was told to stop; `undefined` if it is not known.
 */
export function isAbort(thrown: unknown, reason: unknown): boolean {
  const answers = new Map<unknown, boolean>();
  const isOne = (error: unknown, depth: number): boolean => {
    if (reason !== undefined && error === reason) {
      return true;
    }
    if (error === undefined || error === null || depth > MOST_CAUSES) {
      return false;
    }
    if (!answers.has(error)) {
      answers.set(error, false); // in case the causes form a circle
      const errors = listOf(read(error, 'errors')) ?? [];
      answers.set(
        error,
        ABORT_NAMES.includes(read(error, 'name')) ||
          ABORT_CODES.includes(read(error, 'code')) ||
          isOne(read(error, 'cause'), depth + 1) ||
          // In an AggregateError, as of Promise.any, every request must have given up.
          (errors.length > 0 && errors.every((each) => isOne(each, depth + 1))),
      );
    }
    return answers.get(error) === true;
  };
  return isOne(thrown, 0);
}

/** Only the first of Kubernetes' handlers. */
export const DEFAULT_CRASH_HANDLERS: readonly CrashHandler[] = [logCrash];

/**
 * Handles what a run threw: calls every crash handler in order, and then swallows or rethrows the error.
 *
 * Counterpart of `runtime.HandleCrash` in k8s.io/apimachinery v0.19.4.
 *
 * **Gotchas.** When a handler throws, the handlers after it are not called. What it threw is thrown instead
 * of the error, whatever `reallyCrash` says. When a handler rejects, the rejection is only logged.
 *
 * **Differs from Go.** `reallyCrash` is false by default, since in Node a rejected promise is an everyday
 * error. `throw undefined` and `Promise.reject()` become a `WaitError`, as `panic(nil)` becomes an error in
 * the newest Kubernetes. v0.19.4 swallowed it. The handlers are an argument, not a package-level list.
 *
 * @param error - What was thrown.
 * @param context - Where it was thrown.
 * @param options - See {@link CrashOptions}.
 * @throws The error itself, when `reallyCrash` is set; what a handler threw; WaitError
 *   `WAIT_ERR_INVALID_OPTION` when `crashHandlers` is not a list of functions.
 *
 * @example
 * handleCrash(new Error('boom'), { name: 'Outbox.flush', run: 17, stopping: false }, {
 *   crashHandlers: [(error, { name, run }) => console.log(name, run, error)],
 * });
 */
export function handleCrash(error: unknown, context: CrashContext, options: CrashOptions = {}): void {
  const { crashHandlers = DEFAULT_CRASH_HANDLERS, reallyCrash = false }: CrashHandling = options;
  const { handlerFailed = logHandlerFailure }: CrashHandling = options;
  const thrown = orNothingThrown(error, context);
  for (const handler of requireCrashHandlers(crashHandlers, context.name)) {
    try {
      ifRejected(handler(thrown, context), (failure) =>
        handlerFailed({ handler, failure, context, endsLoop: false }),
      );
    } catch (failure) {
      handlerFailed({ handler, failure, context, endsLoop: true });
      throw failure;
    }
  }
  if (reallyCrash) {
    throw thrown;
  }
}

/**
 * Refuses crash handlers that could not be called.
 *
 * @param owner - Names the loop or the module in the error.
 * @throws WaitError `WAIT_ERR_INVALID_OPTION`.
 */
export function requireCrashHandlers(crashHandlers: unknown, owner: string): readonly CrashHandler[] {
  if (listOf(crashHandlers)?.every(isRunnable) !== true) {
    throw new WaitError(
      'WAIT_ERR_INVALID_OPTION',
      `${owner}: crashHandlers must be a list of functions, not ${show(crashHandlers)}.`,
    );
  }
  return crashHandlers as readonly CrashHandler[];
}

/** Returns what was thrown. If that is nothing, returns an error that says so. */
export function orNothingThrown(thrown: unknown, { name, run }: Pick<CrashContext, 'name' | 'run'>): unknown {
  return (
    thrown ??
    new WaitError(
      'WAIT_ERR_NOTHING_THROWN',
      `Run ${run} of ${name} threw or rejected with nothing. Throw an Error, so that its cause can be found.`,
    )
  );
}

/** Says in one line which handler of which loop has failed. */
export function handlerFailureText({ handler, failure, context, endsLoop }: HandlerFailure): string {
  const which = handler.name === '' ? 'an anonymous function' : `function ${handler.name}`;
  const remedy = endsLoop ? '. What a crash handler throws ends its loop: catch it in the handler.' : '';
  return oneLine(`crash handler of ${context.name} failed: ${messageOf(failure)} (${which})${remedy}`);
}

function logHandlerFailure(failure: HandlerFailure): void {
  if (!failure.endsLoop) {
    console.error(`${handlerFailureText(failure)}\n${stackOf(failure.failure)}`);
  }
}
