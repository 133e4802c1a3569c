import type { LoopHandle, RunResult } from 'nestjs-wait';
import type { FakeClock } from 'nestjs-wait/testing';

/** Writes down what becomes of promises, and when, in seconds of virtual time. */
export class Outcomes {
  readonly lines: string[] = [];

  constructor(private readonly clock: FakeClock) {}

  /** @param what - Names the promise: `pause`, or `trigger 2`. */
  watch(what: string, promise: Promise<unknown>): void {
    promise.then(
      (value) => this.note(`${what}: ${outcomeOf(value)}`),
      (error: unknown) => this.note(`${what}: ${codeOf(error)}`),
    );
  }

  note(line: string): void {
    this.lines.push(`${line} at ${this.clock.now() / 1000}`);
  }
}

/**
 * Does what a word says: `pause`, `resume`, `trigger`, `update 6s` (of the period) or `stop`.
 *
 * @param outcomes - Gets the outcome of the promise, or of the error that was thrown.
 */
export function steer(handle: LoopHandle, action: string, outcomes: Outcomes): void {
  const [what = '', period = ''] = action.split(' ');
  switch (what) {
    case 'pause':
    case 'trigger':
    case 'stop':
      outcomes.watch(what, handle[what]());
      break;
    case 'resume':
      handle.resume();
      break;
    case 'update':
      try {
        handle.update({ period });
      } catch (error) {
        outcomes.note(`update: ${codeOf(error)}`);
      }
      break;
    default:
      throw new Error(`There is no action '${action}'.`);
  }
}

/** Returns the code of an error, or the error as a string if it has none. */
export function codeOf(error: unknown): string {
  return String((error as { readonly code?: unknown }).code ?? error);
}

function outcomeOf(value: unknown): string {
  if (value === undefined) {
    return 'resolved';
  }
  const { run, outcome } = value as RunResult;
  return `run ${run} ${outcome}`;
}
