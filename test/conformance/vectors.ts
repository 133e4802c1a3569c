import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import type { BackoffManager, Clock, Random } from 'nestjs-wait';
import { Backoff, ExponentialBackoffManager, JitteredBackoffManager } from 'nestjs-wait';

// The types of `vectors/vectors.json`; `vectors/README.md` says what every field means.

export interface Scenario {
  readonly id: string;
  readonly note: string;
  readonly rands?: readonly number[];
  /** The value depends on Go's platform, so nothing can be compared. */
  readonly platform?: string;
  /** Go leaves the outcome open. */
  readonly tie?: boolean;
}

export type Stop =
  | { readonly mode: 'atTime' | 'deadline'; readonly atMs: number }
  | { readonly mode: 'insideCall'; readonly call: number; readonly offsetMs: number }
  | { readonly mode: 'beforeStart' }
  | { readonly mode: 'never'; readonly observeCalls?: number };

export type Manager =
  | { readonly type: 'jittered'; readonly periodMs: number; readonly jitterFactor: number }
  | {
      readonly type: 'exponential';
      readonly initMs: number;
      readonly maxMs: number;
      readonly resetMs: number;
      readonly factor: number;
      readonly jitter: number;
    };

export interface RunScenario {
  readonly fDurationsMs: readonly number[];
  readonly fPanics: readonly number[];
  readonly reallyCrash: boolean;
  readonly stop: Stop;
}

export interface Trace {
  readonly calls: number;
  readonly outcome: 'returned' | 'panicked' | 'observed';
  readonly returnedAtMs?: number;
  readonly escapedPanic?: string;
  readonly startsMs: readonly number[];
  readonly endsMs: readonly number[];
  readonly delaysMs: readonly number[];
  readonly armedAtMs: readonly number[];
  readonly panicHandlerCalls: number;
  readonly randsUsed: number;
  readonly fGotCallersContext?: boolean;
}

export interface LoopScenario extends Scenario, RunScenario {
  readonly api: string;
  readonly manager?: Manager;
  readonly periodMs: number;
  readonly jitterFactor: number;
  readonly sliding: boolean;
  readonly rands: readonly number[];
  readonly expected: Trace;
}

export interface ManagerReuseScenario extends Scenario {
  readonly manager: Manager;
  readonly runs: readonly (RunScenario & { readonly startAtMs: number; readonly sliding: boolean })[];
  readonly rands: readonly number[];
  readonly expected: readonly Trace[];
  readonly expectedNewest?: readonly Trace[];
}

/** Integers; a decimal string from 2^53 on. */
type Nanoseconds = number | string;

export interface BackoffNumbers {
  readonly durationNs: Nanoseconds;
  readonly factor: number;
  readonly jitter: number;
  readonly steps: number;
  readonly capNs: Nanoseconds;
}

export interface StepScenario extends Scenario {
  readonly backoff: BackoffNumbers | null;
  readonly calls: number;
  readonly rands: readonly number[];
  readonly expected: {
    readonly panics?: string;
    readonly delaysNs: readonly Nanoseconds[];
    readonly durationAfterNs: readonly Nanoseconds[];
    readonly stepsAfter: readonly number[];
    readonly randUsed: readonly boolean[];
  };
}

interface DelaysExpected {
  readonly delaysNs: readonly number[];
  readonly randUsed: readonly boolean[];
}

export interface ManagerScenario extends Scenario {
  readonly manager: Manager;
  readonly advanceMsBeforeEachBackoff: readonly number[];
  readonly rands: readonly number[];
  readonly expected: DelaysExpected;
}

export interface DelayWithResetScenario extends Scenario {
  readonly backoff: BackoffNumbers;
  readonly resetMs: number;
  readonly advanceMsBeforeEachStep: readonly number[];
  readonly rands: readonly number[];
  readonly expected: DelaysExpected;
}

export interface JitterScenario extends Scenario {
  readonly durationNs: number;
  readonly maxFactor: number;
  readonly rand: number;
  readonly expected: { readonly resultNs: number; readonly randsUsed: number };
}

interface CrashExpected {
  readonly handlerOrder: readonly string[];
  readonly handlersSawOriginalValue: boolean;
  readonly escapedValue: string;
  readonly logged: boolean;
  readonly callerContinued: boolean;
}

export interface HandleCrashScenario extends Scenario {
  readonly reallyCrash: boolean;
  readonly panicValue: 'none' | 'nil' | 'errAbortHandler' | 'string' | 'error' | 'object';
  readonly defaultLogger: boolean;
  readonly panicHandlers: readonly string[];
  readonly additionalHandlers: readonly string[];
  readonly handlerThatPanics: string;
  readonly expected: CrashExpected;
  readonly expectedNewest?: CrashExpected;
}

export interface PollScenario extends Scenario {
  readonly api: string;
  readonly intervalMs: number;
  readonly timeoutMs: number;
  readonly immediate: boolean;
  readonly sliding: boolean;
  readonly backoff: BackoffNumbers;
  readonly resetMs: number;
  readonly conditions: readonly { readonly durMs: number; readonly result: string }[];
  readonly reallyCrash: boolean;
  readonly stop: Stop;
  readonly rands: readonly number[];
  readonly expected: {
    readonly calls: number;
    readonly result: string;
    readonly interrupted?: boolean;
    readonly returnedAtMs: number;
    readonly startsMs: readonly number[];
    readonly endsMs: readonly number[];
    readonly panicHandlerCalls: number;
    readonly randsUsed: number;
  };
}

interface Vectors {
  readonly loops: readonly LoopScenario[];
  readonly managerReuse: readonly ManagerReuseScenario[];
  readonly steps: readonly StepScenario[];
  readonly managers: readonly ManagerScenario[];
  readonly jitter: readonly JitterScenario[];
  readonly handleCrash: readonly HandleCrashScenario[];
  readonly polls: readonly PollScenario[];
  readonly delayWithReset: readonly DelayWithResetScenario[];
}

export const vectors = JSON.parse(
  readFileSync(join(__dirname, 'vectors/vectors.json'), 'utf8'),
) as Readonly<Vectors>;

/**
 * Makes one test for each scenario, and prints `loops 284/284` after the last. A scenario that is marked
 * `platform` or `tie` has nothing to agree with.
 *
 * @param wanted - How many there must be, so that none is lost on the way.
 */
export function replayAll<S extends Scenario>(
  family: string,
  wanted: number,
  scenarios: readonly S[],
  replay: (scenario: S) => void | Promise<void>,
): void {
  const comparable = scenarios.filter(({ platform, tie }) => platform === undefined && tie !== true);
  let agreed = 0;
  describe(family, () => {
    it(`has ${wanted} scenarios`, () => {
      expect(comparable).toHaveLength(wanted);
    });
    it.each(comparable.map((scenario) => [scenario.id, scenario.note, scenario] as const))(
      '%s: %s',
      async (_id, _note, scenario) => {
        await replay(scenario);
        agreed++;
      },
    );
    afterAll(() => {
      process.stdout.write(`${family} ${agreed}/${comparable.length}\n`);
    });
  });
}

/** Hands out a scenario's random numbers, and refuses to hand out more. */
export class RecordedRandom {
  used = 0;

  constructor(private readonly rands: readonly number[]) {}

  readonly next: Random = () => {
    const rand = this.rands[this.used++];
    if (rand === undefined) {
      throw new Error('More random numbers are drawn than Kubernetes draws.');
    }
    return rand;
  };
}

export const toMs = (nanoseconds: Nanoseconds): number => Number(nanoseconds) / 1e6;

export function newBackoff(numbers: BackoffNumbers, random: Random): Backoff {
  const { durationNs, factor, jitter, steps, capNs } = numbers;
  return new Backoff({ duration: toMs(durationNs), factor, jitter, steps, cap: toMs(capNs) }, { random });
}

export function newManager(
  manager: Manager,
  sources: { readonly clock: Clock; readonly random: Random },
): BackoffManager {
  return manager.type === 'jittered'
    ? new JitteredBackoffManager(manager.periodMs, manager.jitterFactor, sources)
    : new ExponentialBackoffManager(
        {
          initial: manager.initMs,
          max: manager.maxMs,
          reset: manager.resetMs,
          factor: manager.factor,
          jitter: manager.jitter,
        },
        sources,
      );
}
