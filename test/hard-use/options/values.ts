import { oddValues } from '../../support/odd-values.js';

/** Stands for a value that an option does not take. */
export const WRONG = Symbol('wrong');

type Random = () => number;

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const YEAR = 365.25 * DAY;

/** Go's largest duration, in milliseconds. */
export const LONGEST = 2 ** 63 / 1e6;

/** What durations may look like, and how many milliseconds they are. */
const TEXTS: ReadonlyMap<string, number> = new Map([
  ['250ms', 250],
  ['5s', 5 * SECOND],
  ['1.5s', 1.5 * SECOND],
  ['.5s', 500],
  ['30 s', 30 * SECOND],
  ['5m', 5 * MINUTE],
  ['1 min', MINUTE],
  ['2h', 2 * HOUR],
  ['1 Day', DAY],
  ['1w', 7 * DAY],
  ['1y', YEAR],
  ['100 YEARS', 100 * YEAR],
  ['0s', 0],
  ['007ms', 7],
  ['1 MSEC', 1],
  ['0.25ms', 0.25],
  ['10 secs', 10 * SECOND],
]);

/** What looks like a duration and is none. */
const WRONG_TEXTS: readonly string[] = [
  '',
  ' ',
  '5',
  '5.5',
  '+5',
  ' 5 ',
  '-5',
  '-5s',
  '5 parsecs',
  'ms',
  's5',
  '5ss',
  '5s5',
  '5s ',
  ' 5s',
  '1e3ms',
  '293y',
  '5\ns',
  '5s\n',
  '\u0665s',
  '\uff15s',
  '5 s\u200b',
  '\u0000',
  'Infinity',
  'NaN',
  '0x10',
  '1_000ms',
  '5,5s',
  'a'.repeat(101),
  `${'9'.repeat(99)}s`,
  '\u{1f4a5}',
  '\ud800',
  '__proto__',
  'constructor',
  'toString',
  '${period}',
  '5s; rm -rf /',
];

const NUMBERS: readonly number[] = [
  0,
  -0,
  0.1,
  0.25,
  1,
  1.5,
  2,
  3,
  10,
  99.9,
  250,
  1000,
  1e4,
  1e6,
  1e9,
  2 ** 31 - 1,
  2 ** 31,
  2 ** 53,
  LONGEST,
  LONGEST * 1.01,
  Number.MIN_VALUE,
  Number.MAX_VALUE,
  -1,
  -0.1,
  -1e12,
  NaN,
  Infinity,
  -Infinity,
];

const OTHERS: readonly (() => unknown)[] = [
  ...Object.keys(oddValues()).map((name) => () => oddValues()[name]),
  () => false,
  () => 10n ** 30n,
  () => Symbol.iterator,
  () => Symbol(''),
  () => new Number(5),
  () => new String('5s'),
  () => [5000],
  () => ({ period: '5s' }),
  () => ({ valueOf: () => 5000 }),
  () => ({ toString: () => '5s', [Symbol.toPrimitive]: () => 5 }),
  () => new Proxy({}, {}),
  () => new Proxy(() => undefined, {}),
  () => async () => undefined,
  () => Object.freeze({}),
  () => new Uint8Array(2),
  () => new AbortController().signal,
  () => JSON.parse('{"__proto__": {"polluted": true}}') as unknown,
];

export const pick = <T>(random: Random, values: readonly T[]): T =>
  values[Math.floor(random() * values.length)] as T;

/** Draws any value at all. */
export function anyValue(random: Random): unknown {
  const share = random();
  if (share < 0.3) return pick(random, NUMBERS);
  if (share < 0.5) return pick(random, WRONG_TEXTS);
  if (share < 0.6) return pick(random, [...TEXTS.keys()]);
  return pick(random, OTHERS)();
}

/** Draws a duration that is right, and mostly so short that runs follow one another within a minute. */
export function anyDuration(random: Random): unknown {
  const share = random();
  if (share < 0.5) return Math.floor(random() * 20_000);
  if (share < 0.6) return random() * 100;
  return pick(random, [...TEXTS.keys()]);
}

/** Reads a duration as the documentation describes it: milliseconds from `least` up. */
export function durationOf(value: unknown, least = 0): number | typeof WRONG {
  const milliseconds = typeof value === 'string' ? TEXTS.get(value) : value;
  const isRight = typeof milliseconds === 'number' && milliseconds >= least && milliseconds <= LONGEST;
  return isRight ? milliseconds : WRONG;
}
