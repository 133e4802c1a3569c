import type { LoopKind } from 'nestjs-wait';
import { drawOptions, isObject, meaningOf, OPTIONS, type Meaning } from './loop-options.js';
import { anyDuration, anyValue, durationOf, WRONG } from './values.js';

type Random = () => number;

/** What is given to the library, and what it means. */
export interface Input {
  readonly value: unknown;
  readonly meaning: Meaning | typeof WRONG;
}

const REQUIRED: Readonly<Record<LoopKind, readonly string[]>> = {
  Until: ['period'],
  NonSlidingUntil: ['period'],
  Forever: ['period'],
  JitterUntil: ['period', 'jitter'],
  BackoffUntil: [],
};

/** Draws what somebody might write for a loop: an options object of any shape, or anything else. */
export function drawInput(random: Random, kind: LoopKind): Input {
  const share = random();
  if (share < 0.05) {
    return alone(kind, anyValue(random));
  }
  if (share < 0.08) {
    return alone(kind, anyDuration(random));
  }
  return shaped(random, drawOptions(random, OPTIONS[kind], REQUIRED[kind]), OPTIONS[kind], (options) =>
    meaningOf(kind, options),
  );
}

/** A value that stands alone: for most loops it may be the period. */
function alone(kind: LoopKind, value: unknown): Input {
  if (isObject(value)) {
    return { value, meaning: meaningOf(kind, value) };
  }
  const takesPeriod = kind !== 'JitterUntil' && kind !== 'BackoffUntil';
  const period = takesPeriod ? durationOf(value) : WRONG;
  return { value, meaning: period === WRONG ? WRONG : { period } };
}

/** Gives options another shape, most of which mean the same. */
export function shaped(
  random: Random,
  options: Record<string, unknown>,
  known: readonly string[],
  read: (options: Record<string, unknown>) => Meaning | typeof WRONG,
): Input {
  const meaning = read(options);
  const descriptors = Object.getOwnPropertyDescriptors(options);
  const share = random();
  if (share < 0.1) {
    return { value: Object.create(null, descriptors), meaning };
  }
  if (share < 0.15) {
    return { value: Object.freeze(options), meaning };
  }
  if (share < 0.2) {
    return { value: Object.defineProperty(options, Symbol('odd'), { value: 1, enumerable: true }), meaning };
  }
  if (share < 0.25) {
    return { value: new Proxy(options, {}), meaning };
  }
  if (share < 0.35) {
    // An instance of a class may have other members, which are not options.
    class Settings {
      readonly config = { poll: 1 };
    }
    for (const [name, value] of Object.entries(options)) {
      if (name !== 'constructor') {
        Object.defineProperty(Settings.prototype, name, { get: () => value, configurable: true });
      }
    }
    const own = Object.fromEntries(Object.entries(options).filter(([name]) => known.includes(name)));
    return { value: new Settings(), meaning: read(own) };
  }
  if (share < 0.38) {
    const [name = 'name'] = Object.keys(options).filter((option) => known.includes(option));
    const get = (): never => {
      throw new Error('no such setting');
    };
    return { value: Object.defineProperty(options, name, { get, enumerable: true }), meaning: WRONG };
  }
  return { value: options, meaning };
}

/** What is undefined counts as not written. */
export function defined(options: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
}
