import { drawOptions, isObject, judged, meaningOf, type Meaning } from './loop-options.js';
import { shaped, type Input } from './shapes.js';
import { anyDuration, anyValue, durationOf, pick, WRONG } from './values.js';

type Random = () => number;
type Judge = (value: unknown) => unknown;

/** The options of the one loop that is in the application, without those of the module. */
export const OWN = { period: 7000 };
const RETRIES = { initial: '3s' };

const flag: Judge = (value) => (typeof value === 'boolean' ? value : WRONG);
const isFunction = (value: unknown): boolean => {
  // A class and a generator are functions that cannot be called, or that do nothing when they are.
  const source = typeof value === 'function' ? Function.prototype.toString.call(value) : 'class';
  return !/^class\b/.test(source) && !/^(?:async\s+)?function\s*\*/.test(source);
};
const functions: Judge = (value) => {
  try {
    return Array.isArray(value) && value.every(isFunction) ? value : WRONG;
  } catch {
    return WRONG; // a Proxy that was revoked
  }
};

const asLoop = (options: unknown): Meaning | typeof WRONG =>
  isObject(options) && !('period' in options && durationOf(options['period']) === WRONG)
    ? meaningOf('Until', { ...OWN, ...options })
    : WRONG;

/** What each option of the module takes, as far as it is drawn here. */
const JUDGES: Readonly<Record<string, Judge>> = {
  enabled: flag,
  shutdownTimeout: (value) => durationOf(value),
  reallyCrash: flag,
  logFailures: flag,
  exitOnHung: flag,
  crashHandlers: functions,
  around: functions,
  defaults: (value) => (isObject(value) && onlyHas(value, DEFAULTS) ? asLoop(value) : WRONG),
};

const DEFAULTS = ['timeout', 'hungAfter', 'failureBackoff', 'initialDelay'];
const onlyHas = (value: object, names: readonly string[]): boolean =>
  Object.keys(value).every((name) => names.includes(name));

const RIGHT: Readonly<Record<string, (random: Random) => unknown>> = {
  shutdownTimeout: anyDuration,
  crashHandlers: () => [() => undefined],
  around: () => [],
  defaults: (random) => drawOptions(random, DEFAULTS, []),
};

/** Draws options of `WaitModule.forRoot`. What they mean has the meaning of the loop as `loop`. */
export function drawModuleOptions(random: Random): Input {
  if (random() < 0.05) {
    const value = pick(random, [anyValue, () => RETRIES])(random);
    const meaning = isObject(value) ? judged(JUDGES, value) : WRONG;
    return { value, meaning };
  }
  const names = Object.keys(JUDGES).filter(() => random() < 0.3);
  const options: Record<string, unknown> = {};
  for (const name of names) {
    options[name] = random() < 0.15 ? anyValue(random) : (RIGHT[name] ?? (() => random() < 0.5))(random);
  }
  return shaped(random, options, Object.keys(JUDGES), (written) => judged(JUDGES, written));
}
