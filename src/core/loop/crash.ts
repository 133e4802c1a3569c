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
 * Is told of a crash, to log it or to report it somewhere.
 *
 * Counterpart of an entry of `runtime.PanicHandlers`.
 *
 * **Details.** It may return a promise. The loop does not wait for it, and a rejection is logged.
 *
 * **Gotchas.** A handler that throws ends the loop with what it threw, as in Go.
 */
export type CrashHandler = (error: unknown, context: CrashContext) => unknown;

/** What happens when a run throws. */
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
  /** Whether it threw, which ends the loop; otherwise the promise that it returned was rejected. */
  readonly endsLoop: boolean;
}

/** The options, and what a loop of the Nest module has beside them. */
export interface CrashHandling extends CrashOptions {
  /** Default: writes to `console.error` what would be lost. What a handler throws is not. */
  readonly handlerFailed?: ((failure: HandlerFailure) => void) | undefined;
}

/**
 * Writes `[name] run 17 failed: …` with the stack to `console.error`: the error's and those of its causes.
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
 * Tells whether a run of a loop that was told to stop has given up because of that: then it is aborted, and
 * has neither failed nor succeeded.
 *
 * @param thrown - What the run threw: the signal's reason itself, an abort of Node's or of an HTTP client, or
 *   an error that has one of these among its causes.
 * @param reason - With what the loop was told to stop; `undefined` where that is not known.
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
      answers.set(error, false); // where the causes go round in a circle
      const errors = listOf(read(error, 'errors')) ?? [];
      answers.set(
        error,
        ABORT_NAMES.includes(read(error, 'name')) ||
          ABORT_CODES.includes(read(error, 'code')) ||
          isOne(read(error, 'cause'), depth + 1) ||
          // Several requests at once, as in Promise.any: all of them have given up.
          (errors.length > 0 && errors.every((each) => isOne(each, depth + 1))),
      );
    }
    return answers.get(error) === true;
  };
  return isOne(thrown, 0);
}

/** Kubernetes' first handler alone. */
export const DEFAULT_CRASH_HANDLERS: readonly CrashHandler[] = [logCrash];

/**
 * Takes what a run threw or rejected with: calls every crash handler in order and then either swallows the
 * error or rethrows it.
 *
 * Counterpart of `runtime.HandleCrash` in k8s.io/apimachinery v0.19.4.
 *
 * **Gotchas.** A handler that throws hides the error itself, and the handlers after it are not called. What
 * it threw leaves, whatever `reallyCrash` says. A handler that rejects is logged, and nothing else.
 *
 * **Differs from Go.** `reallyCrash` is false by default, since in Node a rejected promise is an everyday
 * error. Nothing (`throw undefined`, `Promise.reject()`) becomes a `WaitError`, as in the newest Kubernetes.
 * v0.19.4 swallowed it. The handlers are arguments, not a package-level list.
 *
 * @param error - What was thrown.
 * @param context - Where.
 * @param options - See {@link CrashOptions}.
 * @throws The error itself, when `reallyCrash` is set; WaitError `WAIT_ERR_INVALID_OPTION` when
 *   `crashHandlers` is no list of functions.
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

/** What was thrown, or an error that says that nothing was, so that it can be told from a success. */
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
