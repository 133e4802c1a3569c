import type { LoopKind } from 'nestjs-wait';
import { anyDuration, anyValue, durationOf, LONGEST, pick, WRONG } from './values.js';

type Random = () => number;
type Judge = (value: unknown) => unknown;

export const KINDS: readonly LoopKind[] = [
  'Until',
  'NonSlidingUntil',
  'JitterUntil',
  'BackoffUntil',
  'Forever',
];

const isText = (value: unknown): boolean => typeof value === 'string' && value !== '';
const isNumber = (value: unknown): boolean => typeof value === 'number' && Number.isFinite(value);
const only =
  (isRight: (value: unknown) => boolean): Judge =>
  (value) =>
    isRight(value) ? value : WRONG;
const orFalse =
  (judge: Judge): Judge =>
  (value) =>
    value === false ? undefined : judge(value);

const duration: Judge = (value) => durationOf(value);
const positive: Judge = (value) => durationOf(value, 1);
const flag = only((value) => typeof value === 'boolean');
const number = only(isNumber);
const whole = (most: number): Judge =>
  only((value) => Number.isSafeInteger(value) && (value as number) >= 1 && (value as number) <= most);

/** An options object, as the documentation describes it: a literal, or an instance of a class. */
export function isObject(value: unknown): value is Record<string, unknown> {
  try {
    return (
      Object.prototype.toString.call(value) === '[object Object]' &&
      typeof (value as { then?: unknown }).then !== 'function'
    );
  } catch {
    return false;
  }
}

const RETRY_OPTIONS: Readonly<Record<string, Judge>> = {
  initial: duration,
  max: positive,
  factor: only((value) => isNumber(value) && (value as number) >= 1),
  jitter: number,
};

/** Reads the options of one object; `WRONG` if one of them is. */
export function judged(
  judges: Readonly<Record<string, Judge>>,
  value: unknown,
): Record<string, unknown> | typeof WRONG {
  if (!isObject(value)) {
    return WRONG;
  }
  const meaning: Record<string, unknown> = {};
  for (const name of Object.keys(value)) {
    if (!Object.hasOwn(judges, name)) {
      return WRONG;
    }
  }
  for (const [name, judge] of Object.entries(judges)) {
    const written = value[name];
    meaning[name] = written === undefined ? undefined : judge(written);
    if (meaning[name] === WRONG) {
      return WRONG;
    }
  }
  return meaning;
}

/** Makers of backoff managers, which always return the same delay. */
const MANAGERS: ReadonlyMap<unknown, number> = new Map(
  [0, 3000, 12_000].map((delay) => [() => ({ backoff: () => delay }), delay]),
);

const failureBackoff: Judge = (value) => {
  if (value === false) return undefined;
  return judged(RETRY_OPTIONS, value === true ? {} : value);
};

/** What each option takes. */
const JUDGES: Readonly<Record<string, Judge>> = {
  period: duration,
  initial: duration,
  max: duration,
  reset: duration,
  factor: only((value) => isNumber(value) && (value as number) >= 0),
  jitter: number,
  sliding: flag,
  backoffManager: (value) => MANAGERS.get(value) ?? WRONG,
  name: only(isText),
  enabled: flag,
  immediate: flag,
  initialDelay: orFalse((value) => (value === 'jitter' ? value : durationOf(value))),
  workers: whole(100_000),
  leaderOnly: orFalse(only((value) => value === true || isText(value))),
  timeout: orFalse(positive),
  hungAfter: (value) => (value === false ? Infinity : positive(value)), // never, even if there is a timeout
  failureBackoff,
  pauseAfterFailures: orFalse(whole(Number.MAX_SAFE_INTEGER)),
  metricsName: only(
    (value) =>
      typeof value === 'string' &&
      value.trim() !== '' &&
      value.length <= 200 &&
      !value.startsWith('_') &&
      !/\p{Cc}/u.test(value),
  ),
};

const COMMON = [
  'name',
  'enabled',
  'immediate',
  'initialDelay',
  'workers',
  'leaderOnly',
  'timeout',
  'hungAfter',
  'failureBackoff',
  'pauseAfterFailures',
  'metricsName',
];

/** The options of each kind of loop. */
export const OPTIONS: Readonly<Record<LoopKind, readonly string[]>> = {
  Until: ['period', ...COMMON],
  NonSlidingUntil: ['period', ...COMMON],
  Forever: ['period', ...COMMON],
  JitterUntil: ['period', 'jitter', 'sliding', ...COMMON],
  BackoffUntil: ['initial', 'max', 'reset', 'factor', 'jitter', 'sliding', 'backoffManager', ...COMMON],
};

/** What an `update()` may change. */
export const CHANGEABLE: readonly string[] = [
  'period',
  'jitter',
  'initial',
  'max',
  'reset',
  'factor',
  'timeout',
  'hungAfter',
  'failureBackoff',
  'pauseAfterFailures',
];

/** What options of a loop mean, by name; what is undefined is not written. */
export type Meaning = Readonly<Record<string, unknown>>;

/** Reads the options of a loop as the documentation describes them. */
export function meaningOf(kind: LoopKind, options: Record<string, unknown>): Meaning | typeof WRONG {
  const judges = Object.fromEntries(OPTIONS[kind].map((name) => [name, JUDGES[name] as Judge]));
  const meaning = judged(judges, options);
  return meaning === WRONG || !fits(kind, meaning) ? WRONG : meaning;
}

const NUMBERS = ['initial', 'max', 'reset', 'factor', 'jitter'];

/** Whether the options fit to a backoff manager: it has no period, and replaces the five numbers. */
const fitsManager = (meaning: Meaning): boolean =>
  NUMBERS.every((name) => meaning[name] === undefined) && meaning['initialDelay'] !== 'jitter';

/** Whether the options fit together: what is required is there, and no wait is longer than 292 years. */
function fits(kind: LoopKind, meaning: Meaning): boolean {
  const hasManager = meaning['backoffManager'] !== undefined;
  if (hasManager && !fitsManager(meaning)) {
    return false;
  }
  const base =
    kind === 'BackoffUntil'
      ? Math.max(
          (meaning['initial'] as number | undefined) ?? 800,
          (meaning['max'] as number | undefined) ?? 30_000,
        )
      : (meaning['period'] as number | undefined);
  const jitter = (meaning['jitter'] as number | undefined) ?? (kind === 'BackoffUntil' ? 1 : 0);
  if (base === undefined || (kind === 'JitterUntil' && meaning['jitter'] === undefined)) {
    return false;
  }
  const retries = meaning['failureBackoff'] as Meaning | undefined;
  const numbersFirst = kind === 'BackoffUntil' ? ((meaning['initial'] as number | undefined) ?? 800) : base;
  const ownFirst = hasManager ? 0 : numbersFirst;
  const first = (retries?.['initial'] as number | undefined) ?? Math.max(ownFirst, 100);
  const most = Math.max(first, (retries?.['max'] as number | undefined) ?? 300_000);
  const retryJitter = (retries?.['jitter'] as number | undefined) ?? 0;
  return base * (1 + jitter) <= LONGEST && (retries === undefined || most * (1 + retryJitter) <= LONGEST);
}

const HOW_RIGHT: Readonly<Record<string, (random: Random) => unknown>> = {
  factor: (random) => pick(random, [0, 1, 1.5, 2, 10]),
  jitter: (random) => pick(random, [-1, 0, 0.1, 1, 2.5]),
  sliding: (random) => random() < 0.5,
  enabled: (random) => random() < 0.9,
  immediate: (random) => random() < 0.5,
  workers: (random) => 1 + Math.floor(random() * 3),
  leaderOnly: () => false,
  initialDelay: (random) => (random() < 0.5 ? 'jitter' : anyDuration(random)),
  pauseAfterFailures: (random) => pick(random, [false, 1, 2, 3, 100]),
  backoffManager: (random) => pick(random, [...MANAGERS.keys()]),
  metricsName: (random) => pick(random, ['a', 'Outbox.flush', '\u{1f4a5}', ' a ']),
  failureBackoff: (random) => (random() < 0.4 ? random() < 0.5 : retryOptions(random, 0.05)),
};

function retryOptions(random: Random, wrong: number): object {
  const right: Record<string, unknown> = {
    initial: anyDuration(random),
    max: anyDuration(random),
    factor: pick(random, [1, 1.5, 2, 1e9]),
    jitter: pick(random, [-1, 0, 0.1, 1]),
  };
  const names = Object.keys(right).filter(() => random() < 0.6);
  return Object.fromEntries(names.map((name) => [name, random() < wrong ? anyValue(random) : right[name]]));
}

/** Names that no option has, and some of which are dangerous. */
const UNKNOWN = [
  'perod',
  'Period',
  'interval',
  'constructor',
  'prototype',
  '__proto__',
  'toString',
  'then ',
  '',
  ' period',
  '\u{1f4a5}',
];

/**
 * Draws the options of a loop.
 *
 * @param names - The options that there are.
 * @param required - Those that are written each time.
 */
export function drawOptions(
  random: Random,
  names: readonly string[],
  required: readonly string[],
): Record<string, unknown> {
  const isWrong = random() < 0.6;
  const options: Record<string, unknown> = {};
  for (const name of names) {
    if (name !== 'name' && (required.includes(name) || random() < 0.2)) {
      const right = HOW_RIGHT[name] ?? anyDuration;
      options[name] = random() < 0.02 ? undefined : right(random);
    }
  }
  if (isWrong && random() < 0.15) {
    // As JSON.parse does it. An assignment would change the prototype.
    Object.defineProperty(options, pick(random, UNKNOWN), {
      value: anyValue(random),
      enumerable: true,
      configurable: true,
    });
  } else if (isWrong) {
    // Only a call shows whether a function makes a backoff manager.
    options[
      pick(
        random,
        names.filter((name) => name !== 'backoffManager'),
      )
    ] = anyValue(random);
  }
  if (isText(options['name'])) {
    options['name'] = `${String(options['name'])} ${random()}`; // each loop needs a name of its own
  }
  if (random() < 0.02) {
    delete options[pick(random, names)];
  }
  return options;
}
