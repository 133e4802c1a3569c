import fc from 'fast-check';
import { FAULT_KINDS, histories, type FaultKind, type History } from './history.js';
import { BROKEN, type Violation } from './scene.js';
import { simulate } from './simulation.js';

/** What came of many histories. */
export interface Totals {
  histories: number;
  /** Milliseconds of simulated time. */
  simulated: number;
  terms: number;
  runs: number;
  effects: number;
  messagesLost: number;
  readonly faults: Record<FaultKind, number>;
  /** The histories that broke a rule. */
  readonly broken: { readonly seed: number; readonly violations: readonly Violation[] }[];
}

/** Which histories to play: those of consecutive seeds. */
export interface Batch {
  readonly first: number;
  readonly count: number;
  /** Ends the batch when that many histories have broken a rule that matters; default 1. */
  readonly mostBroken?: number;
}

// Each firing of a fake timer takes a turn of the event loop, which several histories share.
const AT_ONCE = 4;

export async function playBatch({ first, count, mostBroken = 1 }: Batch): Promise<Totals> {
  const totals = noTotals();
  let next = first;
  const playOneByOne = async (): Promise<void> => {
    while (next < first + count && totals.broken.length < mostBroken) {
      const seed = next++;
      const history = historyOf(seed);
      const { violations, took, terms, runs, effects, messagesLost, faults } = await simulate(history);
      totals.histories++;
      totals.simulated += took;
      totals.terms += terms;
      totals.runs += runs;
      totals.effects += effects;
      totals.messagesLost += messagesLost;
      faults.forEach((kind) => totals.faults[kind]++);
      if (violations.length > 0) {
        totals.broken.push({ seed, violations });
      }
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, playOneByOne));
  return totals;
}

export function noTotals(): Totals {
  return {
    histories: 0,
    simulated: 0,
    terms: 0,
    runs: 0,
    effects: 0,
    messagesLost: 0,
    faults: Object.fromEntries(FAULT_KINDS.map((kind) => [kind, 0])) as Record<FaultKind, number>,
    broken: [],
  };
}

/** Makes the history of a seed. */
export function historyOf(seed: number): History {
  return fc.sample(histories, parametersOf(seed))[0] as History;
}

/** Plays a history, and returns its timeline. It ends where the first rule is broken. */
export async function traceOf(history: History): Promise<string> {
  const lines: string[] = [];
  let isBroken = false;
  await simulate(history, (line) => {
    if (!isBroken) {
      lines.push(line);
    }
    isBroken ||= line.includes(BROKEN);
  });
  return lines.join('\n');
}

/**
 * Looks for the simplest history that breaks the same rule as the history of a seed.
 *
 * @param rule - Default: the first rule that it breaks.
 * @returns The history of the seed itself, if none is simpler.
 */
export async function shrink(seed: number, rule?: string): Promise<History> {
  const rulesBrokenBy = async (history: History): Promise<string[]> =>
    (await simulate(history)).violations.map((violation) => violation.rule);
  const broken = rule ?? (await rulesBrokenBy(historyOf(seed)))[0] ?? '';
  const holds = fc.asyncProperty(histories, async (history) => {
    const rules = await rulesBrokenBy(history);
    return !rules.includes(broken);
  });
  const { counterexample } = await fc.check(holds, { ...parametersOf(seed), ...SHRINKING });
  return counterexample?.[0] ?? historyOf(seed);
}

// Milliseconds.
const SHRINKING = { interruptAfterTimeLimit: 60_000, markInterruptAsFailure: true };

/** Makes fast-check draw the same history for a seed, whether it samples or shrinks. */
function parametersOf(seed: number): { seed: number; numRuns: number; unbiased: boolean } {
  return { seed, numRuns: 1, unbiased: true };
}
