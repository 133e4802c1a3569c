import fc from 'fast-check';

/** Everything that decides how a history goes. The same history always goes in the same way. */
export interface History {
  /** Whether the engine keeps everything, or may forget everything, as Redis without persistence does. */
  readonly engine: 'remembers' | 'forgets';
  /** Milliseconds, like all durations here. */
  readonly leaseDuration: number;
  readonly renewDeadline: number;
  readonly retryPeriod: number;
  readonly stopTimeout: number;
  readonly candidates: readonly CandidateSpec[];
  readonly faults: readonly Fault[];
  /** The longest delay of a message in a healthy network. */
  readonly latency: number;
  /** Seeds the delays of messages and the jitter of waits. */
  readonly noise: number;
}

export interface CandidateSpec {
  /** How many milliseconds its clock goes on in a millisecond of the world. */
  readonly rate: number;
  readonly loops: readonly LoopSpec[];
  /** Whether a callback `onStartedLeading` works until the end of the term. */
  readonly hasCallback: boolean;
}

/**
 * What a run does. A `prompt` run ends within the grace of the lease after it was told to stop. A `careful`
 * run may take about `stopTimeout`, and a `stubborn` one takes longer. Both ask `isLeader()` before each
 * effect.
 */
export type Manner = 'prompt' | 'careful' | 'stubborn';

export interface LoopSpec {
  readonly manner: Manner;
  readonly period: number;
  readonly steps: number;
  readonly stepLength: number;
  /** How much of its time a run takes after it was told to stop, from 0 to 1. */
  readonly lingering: number;
}

export const FAULT_KINDS = [
  'partition',
  'requests lost',
  'replies lost',
  'slow network',
  'lossy network',
  'short pause',
  'long pause',
  'kill',
  'terminate',
  'engine down',
  'record deleted',
  'engine forgets',
  'callback fails',
  'crash handler throws',
] as const;

export type FaultKind = (typeof FAULT_KINDS)[number];

export interface Fault {
  readonly kind: FaultKind;
  /** When it begins, in milliseconds since the beginning of the history. */
  readonly at: number;
  /** `write`, `win`: it waits until the candidate sends its next write, or the next one that may win. */
  readonly moment: 'any' | 'write' | 'win';
  /** The number of the candidate that it hits; faults of the engine ignore it. */
  readonly who: number;
  /** How long it lasts, or how long a process takes to come back. */
  readonly lasts: number;
}

/** When the last fault ends. */
export const FAULTS_END = 80_000;

const hundredths = (least: number, most: number): fc.Arbitrary<number> =>
  fc.integer({ min: least, max: most }).map((percent) => percent / 100);

const loop: fc.Arbitrary<LoopSpec> = fc.record({
  manner: fc.oneof(
    { weight: 6, arbitrary: fc.constant<Manner>('prompt') },
    { weight: 3, arbitrary: fc.constant<Manner>('careful') },
    { weight: 1, arbitrary: fc.constant<Manner>('stubborn') },
  ),
  period: fc.integer({ min: 300, max: 3000 }),
  steps: fc.integer({ min: 1, max: 4 }),
  stepLength: fc.integer({ min: 50, max: 1500 }),
  lingering: fc.oneof(hundredths(0, 98), fc.constant(0.98)),
});

const candidate: fc.Arbitrary<CandidateSpec> = fc.record({
  // The slowest and the fastest clocks are those that leave no room.
  rate: fc.oneof(
    { weight: 1, arbitrary: hundredths(90, 110) },
    { weight: 2, arbitrary: fc.constantFrom(0.9, 1.1) },
  ),
  loops: fc.array(loop, { minLength: 1, maxLength: 3, size: 'max' }),
  hasCallback: fc.boolean(),
});

// Faults that hit one candidate for a while are more frequent than those that end its process.
const WEIGHTS: Readonly<Record<FaultKind, number>> = {
  partition: 3,
  'requests lost': 2,
  'replies lost': 3,
  'slow network': 4,
  'lossy network': 2,
  'short pause': 3,
  'long pause': 3,
  kill: 2,
  terminate: 3,
  'engine down': 1,
  'record deleted': 2,
  'engine forgets': 4,
  'callback fails': 1,
  'crash handler throws': 1,
};

const kind = fc.oneof(
  ...FAULT_KINDS.map((each) => ({ weight: WEIGHTS[each], arbitrary: fc.constant(each) })),
);

const fault: fc.Arbitrary<Fault> = fc.record({
  kind,
  moment: fc.oneof(
    { weight: 3, arbitrary: fc.constant<Fault['moment']>('any') },
    { weight: 2, arbitrary: fc.constantFrom<Fault['moment'][]>('write', 'win') },
  ),
  at: fc.integer({ min: 0, max: FAULTS_END - 1 }),
  who: fc.integer({ min: 0, max: 3 }),
  lasts: fc.integer({ min: 100, max: 15_000 }),
});

/** Random histories. fast-check shrinks them to fewer faults, fewer candidates and shorter durations. */
export const histories: fc.Arbitrary<History> = fc
  .record({
    engine: fc.constantFrom<History['engine'][]>('remembers', 'forgets'),
    leaseDuration: fc.integer({ min: 6000, max: 15_000 }),
    deadlineShare: hundredths(50, 70),
    // Below 1.2 the elector refuses them.
    retriesPerDeadline: fc.oneof(
      { weight: 3, arbitrary: hundredths(300, 600) },
      { weight: 1, arbitrary: hundredths(125, 300) },
    ),
    stopTimeout: fc.integer({ min: 4000, max: 14_000 }),
    candidates: fc.array(candidate, { minLength: 2, maxLength: 4, size: 'max' }),
    latency: fc.integer({ min: 5, max: 80 }),
    faults: fc.array(fault, { maxLength: 40, size: 'max' }),
    noise: fc.noShrink(fc.nat()),
  })
  .map(({ deadlineShare, retriesPerDeadline, ...rest }) => {
    const renewDeadline = Math.round(rest.leaseDuration * deadlineShare);
    return { ...rest, renewDeadline, retryPeriod: Math.round(renewDeadline / retriesPerDeadline) };
  });
