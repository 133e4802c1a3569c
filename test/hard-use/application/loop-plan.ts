import type { LoopKind } from 'nestjs-wait';
import { ExpectedWaits, type Bounds, type Retries } from './expected-wait.js';
import type { WatchedOptions } from './watched-loop.js';

type Random = () => number;

/** The options of a loop, and what they promise. */
export interface LoopPlan {
  readonly kind: LoopKind;
  readonly options: { readonly name: string; readonly [option: string]: unknown };
  readonly watched: WatchedOptions;
  readonly takesSignal: boolean;
  readonly workers: number;
}

const KINDS: readonly LoopKind[] = ['Until', 'NonSlidingUntil', 'JitterUntil', 'BackoffUntil', 'Forever'];
const IMMEDIATE: ReturnType<typeof beginning> = { options: {}, first: { least: 0, most: 0 } };
const RETRIES: Retries = { initial: 500, max: 4000, factor: 2, jitter: 0.5 };

/** Between two runs of a loop, in milliseconds: 5,000 loops make about a thousand runs a second. */
const SHORTEST = 3000;
const LONGEST = 8000;
const SHORT = 700;

export const pick = <T>(random: Random, values: readonly T[]): T =>
  values[Math.floor(random() * values.length)] as T;
export const period = (random: Random): number => SHORTEST + Math.floor(random() * (LONGEST - SHORTEST));

/** Draws a loop of any kind, with any options. */
export function planLoop(
  random: Random,
  name: string,
  kind: LoopKind = pick(random, KINDS),
  isImmediate = false,
): LoopPlan {
  // Some are so short that a slow run overruns them.
  const own = random() < 0.02 ? SHORT : period(random);
  const jitter = random() < 0.5 ? 0 : 0.5;
  const sliding = random() < 0.6;
  const takesSignal = random() < 0.7;
  const timeout = takesSignal && random() < 0.3 ? 500 + Math.floor(random() * 700) : undefined;
  const retries = kind !== 'BackoffUntil' && random() < 0.2 ? RETRIES : undefined;
  const pauseAfterFailures = random() < 0.05 ? 3 : undefined;
  const metricsName = `${kind} ${Math.floor(random() * 4)}`;
  const growing = { initial: own / 2, max: own * 1.5, factor: 2, jitter };
  const waits =
    kind === 'BackoffUntil'
      ? new ExpectedWaits({ type: 'growing', ...growing })
      : new ExpectedWaits(
          { type: 'periodic', period: own, jitter: kind === 'JitterUntil' ? jitter : 0 },
          retries,
        );
  const {
    options: begins,
    first,
    isFirstOwn = false,
  } = isImmediate ? IMMEDIATE : beginning(random, kind === 'BackoffUntil' ? own / 2 : own, waits);
  return {
    kind,
    takesSignal,
    workers: 1,
    options: {
      name,
      metricsName,
      ...begins,
      ...(kind === 'BackoffUntil' ? { ...growing, reset: '1d' } : { period: own }),
      ...(kind === 'JitterUntil' && { jitter }),
      ...((kind === 'JitterUntil' || kind === 'BackoffUntil') && { sliding }),
      ...(timeout !== undefined && { timeout }),
      ...(retries !== undefined && { failureBackoff: retries }),
      ...(pauseAfterFailures !== undefined && { pauseAfterFailures }),
    },
    watched: {
      name,
      metricsName,
      random,
      waits,
      first,
      isFirstOwn,
      timeout,
      pauseAfterFailures,
      endsAtShutdown: kind !== 'Forever',
      sliding: kind === 'JitterUntil' || kind === 'BackoffUntil' ? sliding : kind !== 'NonSlidingUntil',
    },
  };
}

/** Draws how the loop begins. Most loops begin at a random moment, so that they do not all run at once. */
function beginning(
  random: Random,
  base: number,
  waits: ExpectedWaits,
): {
  options: object;
  first: Bounds;
  isFirstOwn?: boolean;
} {
  const share = random();
  if (share < 0.7) return { options: { initialDelay: 'jitter' }, first: { least: 0, most: base } };
  if (share < 0.8) return { options: { initialDelay: base }, first: { least: base, most: base } };
  if (share < 0.9) return { options: { immediate: false }, first: waits.next(), isFirstOwn: true };
  return IMMEDIATE;
}
