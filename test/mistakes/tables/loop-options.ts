import { inspect } from 'node:util';
import { everyWay, type OptionRow, type Way } from '../support/every-way.js';
import type { Mistake } from '../support/mistake.js';

const DURATION = 'WAIT_ERR_INVALID_DURATION';
// An override of `undefined` is one that is not written.
const WRITTEN: readonly Way[] = ['class', 'instance', 'service'];

/** Throws when it is looked at, as a mocked or a half-built value may. */
const unprintable = {
  [inspect.custom]: (): never => {
    throw new Error('not to be looked at');
  },
};

const durations: readonly OptionRow[] = [
  { title: 'a period of NaN', options: { period: NaN }, wantWords: ['period', 'NaN', "'30s'"] },
  { title: 'an infinite period', options: { period: Infinity }, wantWords: ['period', 'Infinity'] },
  { title: 'a negative period', options: { period: -1 }, wantWords: ['period', '-1', /\b0\b/] },
  { title: 'a negative period in words', options: { period: '-5s' }, wantWords: ['period', "'-5s'"] },
  {
    title: 'a period in a unit that does not exist',
    options: { period: '5 parsecs' },
    wantWords: ['period', "'5 parsecs'"],
  },
  { title: 'an empty period', options: { period: '' }, wantWords: ['period', "''"] },
  {
    title: 'a period of digits alone',
    options: { period: '30' },
    wantWords: ['period', "'30ms'", "'30s'", 'unit'],
  },
  {
    title: 'a period of digits and blanks',
    options: { period: ' 30 ' },
    wantWords: ['period', "'30ms'", "'30s'"],
  },
  { title: 'a period with an exponent', options: { period: '1e3' }, wantWords: ['period', "'1e3'"] },
  { title: 'a period as Go writes it', options: { period: '1m30s' }, wantWords: ['period', "'1m30s'"] },
  { title: 'a period that is null', options: { period: null }, wantWords: ['period', 'null'] },
  {
    title: 'a missing period',
    options: { period: undefined },
    wantWords: ['period', 'undefined'],
    ways: WRITTEN,
  },
  { title: 'a period that is a bigint', options: { period: 5n }, wantWords: ['period', '5n'] },
  { title: 'a period that is a date', options: { period: new Date(0) }, wantWords: ['period', '1970'] },
  { title: 'a period that is a function', options: { period: () => 5 }, wantWords: ['period', 'Function'] },
  {
    title: 'a period that is a symbol',
    options: { period: Symbol('5s') },
    wantWords: ['period', 'Symbol(5s)'],
  },
  { title: 'a period that is a boxed number', options: { period: Object(5) }, wantWords: ['period', '5'] },
  { title: 'a period beyond 292 years', options: { period: 1e303 }, wantWords: ['period', '292 years'] },
  { title: 'a period that cannot be printed', options: { period: unprintable }, wantWords: ['period'] },
  {
    title: 'a period of a million letters',
    options: { period: 'x'.repeat(1e6) },
    wantWords: ['period', 'xxx'],
  },
  {
    title: 'a period that forges a line',
    options: { period: '5s\nLOG [WaitModule] all is well' },
    wantWords: ['period'],
  },
  {
    title: 'a period that is a big object',
    options: { period: { list: Array(1e4).fill('x') } },
    wantWords: ['period'],
  },
  { title: 'a negative initial delay', options: { initialDelay: -1 }, wantWords: ['initialDelay', '-1'] },
  {
    title: 'an initial delay without a unit',
    options: { initialDelay: '5' },
    wantWords: ['initialDelay', "'5s'"],
  },
  {
    title: 'an initial delay in other words',
    options: { initialDelay: 'soon' },
    wantWords: ['initialDelay', "'soon'"],
  },
  { title: 'an initial delay of null', options: { initialDelay: null }, wantWords: ['initialDelay', 'null'] },
  {
    title: 'an initial that is not a duration',
    kind: 'BackoffUntil',
    options: { initial: 'abc' },
    wantWords: ['initial', "'abc'"],
  },
  { title: 'a negative max', kind: 'BackoffUntil', options: { max: -1 }, wantWords: ['max', '-1'] },
  {
    title: 'a reset of digits alone',
    kind: 'BackoffUntil',
    options: { reset: '120' },
    wantWords: ['reset', "'120s'"],
  },
];

/** The options that say what happens when a run fails or lasts too long. */
const failureDurations: readonly OptionRow[] = [
  { title: 'a timeout of zero', options: { timeout: 0 }, wantWords: ['timeout', '0', '1ms', 'false'] },
  { title: 'a negative timeout', options: { timeout: '-5s' }, wantWords: ['timeout', "'-5s'", 'false'] },
  { title: 'a timeout below a millisecond', options: { timeout: 0.5 }, wantWords: ['timeout', '0.5', '1ms'] },
  { title: 'a timeout of digits alone', options: { timeout: '30' }, wantWords: ['timeout', "'30s'", 'unit'] },
  { title: 'a timeout of true', options: { timeout: true }, wantWords: ['timeout', 'true', "'30s'"] },
  { title: 'a timeout of null', options: { timeout: null }, wantWords: ['timeout', 'null'] },
  { title: 'a timeout of NaN', options: { timeout: NaN }, wantWords: ['timeout', 'NaN'] },
  { title: 'a timeout beyond 292 years', options: { timeout: 1e303 }, wantWords: ['timeout', '292 years'] },
  {
    title: 'a hungAfter of zero',
    options: { timeout: '5s', hungAfter: 0 },
    wantWords: ['hungAfter', '0', '1ms', 'false'],
  },
  { title: 'a hungAfter in words', options: { hungAfter: 'soon' }, wantWords: ['hungAfter', "'soon'"] },
  { title: 'a hungAfter of true', options: { hungAfter: true }, wantWords: ['hungAfter', 'true'] },
  {
    title: 'an initial delay of true',
    options: { initialDelay: true },
    wantWords: ['initialDelay', 'true', "'30s'"],
  },
  {
    title: 'a negative initial of a failure backoff',
    options: { failureBackoff: { initial: -1 } },
    wantWords: ['failureBackoff: initial', '-1', /\b0\b/],
  },
  {
    title: 'an initial of a failure backoff that is false',
    options: { failureBackoff: { initial: false } },
    wantWords: ['failureBackoff: initial', 'false'],
  },
  {
    title: 'a max of a failure backoff that is zero',
    options: { failureBackoff: { max: 0 } },
    wantWords: ['failureBackoff: max', '0', '1ms', '5m'],
  },
  {
    title: 'a max of a failure backoff of digits alone',
    options: { failureBackoff: { initial: '1s', max: '60' } },
    wantWords: ['failureBackoff: max', "'60s'", 'unit'],
  },
];

const failures: readonly OptionRow[] = [
  {
    title: 'a failure backoff that is a duration',
    options: { failureBackoff: '1s' },
    wantWords: ['failureBackoff', 'true, false or an options object', "'1s'"],
  },
  {
    title: 'a failure backoff that is null',
    options: { failureBackoff: null },
    wantWords: ['failureBackoff', 'null'],
  },
  {
    title: 'a failure backoff that is a list',
    options: { failureBackoff: ['1s', '5m'] },
    wantWords: ['failureBackoff', "'1s'"],
  },
  {
    title: 'a failure backoff that is a function',
    options: { failureBackoff: () => true },
    wantWords: ['failureBackoff', 'Function'],
  },
  {
    title: 'a failure backoff that is a promise',
    options: { failureBackoff: Promise.resolve({}) },
    wantWords: ['failureBackoff', 'Promise', 'Await it before'],
  },
  {
    title: 'an option of a failure backoff that is misspelled',
    options: { failureBackoff: { inital: '1s' } },
    wantWords: ['failureBackoff', "'inital'", 'initial, max, factor, jitter'],
  },
  {
    title: 'a reset of a failure backoff, which only a success resets',
    kind: 'BackoffUntil',
    options: { failureBackoff: { reset: '2m' } },
    wantWords: ['failureBackoff', "'reset'", 'initial, max, factor, jitter'],
  },
  {
    title: 'a factor of a failure backoff below 1',
    options: { failureBackoff: { factor: 0.5 } },
    wantWords: ['failureBackoff: factor', 'from 1 up', '0.5'],
  },
  {
    title: 'a factor of a failure backoff in words',
    options: { failureBackoff: { factor: '2' } },
    wantWords: ['failureBackoff: factor', "'2'"],
  },
  {
    title: 'jitter of a failure backoff that is true',
    options: { failureBackoff: { jitter: true } },
    wantWords: ['failureBackoff: jitter', 'finite number', 'true'],
  },
  {
    title: 'jitter of a failure backoff that makes a wait longer than 292 years',
    options: { failureBackoff: { jitter: 1e308 } },
    wantWords: ['failureBackoff: jitter', '292 years', '1e+308'],
  },
  {
    title: 'a pause after no failure',
    options: { pauseAfterFailures: 0 },
    wantWords: ['pauseAfterFailures', 'from 1 up, or false', '0'],
  },
  {
    title: 'a pause after half a failure',
    options: { pauseAfterFailures: 1.5 },
    wantWords: ['pauseAfterFailures', '1.5'],
  },
  {
    title: 'a pause after failures that are true',
    options: { pauseAfterFailures: true },
    wantWords: ['pauseAfterFailures', 'from 1 up, or false', 'true'],
  },
  {
    title: 'a pause after failures in words',
    options: { pauseAfterFailures: '5' },
    wantWords: ['pauseAfterFailures', "'5'"],
  },
  {
    title: 'a pause after infinitely many failures',
    options: { pauseAfterFailures: Infinity },
    wantWords: ['pauseAfterFailures', 'Infinity', 'false'],
  },
  {
    title: 'an empty name for metrics',
    options: { metricsName: '' },
    wantWords: ['metricsName', 'a string that is not blank', "''"],
  },
  {
    title: 'false as the name for metrics',
    options: { metricsName: false },
    wantWords: ['metricsName', 'a string that is not blank', 'false'],
  },
  {
    title: 'a blank name for metrics',
    options: { metricsName: ' ' },
    wantWords: ['metricsName', 'a string that is not blank', "' '"],
  },
  {
    title: 'a name for metrics with a line break',
    options: { metricsName: 'mail\n' },
    wantWords: ['metricsName', 'without control characters, such as line breaks', 'mail'],
  },
  {
    title: 'a name for metrics of 201 characters',
    options: { metricsName: 'm'.repeat(201) },
    wantWords: ['metricsName', 'at most 200 characters', 'mmm'],
  },
  {
    title: 'a name for metrics that is reserved',
    options: { metricsName: '_other' },
    wantWords: ['metricsName', "does not begin with '_', which is reserved", "'_other'"],
  },
  {
    title: 'a failure backoff whose getter throws',
    options: {
      failureBackoff: Object.defineProperty({}, 'max', {
        enumerable: true,
        get: () => {
          throw new Error('no such setting');
        },
      }),
    },
    wantWords: ['failureBackoff: max', 'cannot be read', 'no such setting'],
  },
];

const others: readonly OptionRow[] = [
  { title: 'an option that is misspelled', options: { peroid: 1 }, wantWords: ["'peroid'", 'period'] },
  { title: 'sliding for Until', options: { sliding: false }, wantWords: ["'sliding'", 'Until'] },
  {
    title: 'jitter for NonSlidingUntil',
    kind: 'NonSlidingUntil',
    options: { jitter: 1 },
    wantWords: ["'jitter'", 'NonSlidingUntil'],
  },
  {
    title: 'a period for BackoffUntil',
    kind: 'BackoffUntil',
    options: { period: 1 },
    wantWords: ["'period'", 'initial'],
  },
  {
    title: 'missing jitter',
    kind: 'JitterUntil',
    options: { jitter: undefined },
    wantWords: ['jitter', 'undefined'],
    ways: WRITTEN,
  },
  { title: 'jitter in words', kind: 'JitterUntil', options: { jitter: '1' }, wantWords: ['jitter', "'1'"] },
  { title: 'jitter of NaN', kind: 'JitterUntil', options: { jitter: NaN }, wantWords: ['jitter', 'NaN'] },
  {
    title: 'jitter that makes a wait longer than 292 years',
    kind: 'JitterUntil',
    options: { jitter: 1e308 },
    wantWords: ['jitter', '292 years', '1e+308'],
  },
  {
    title: 'sliding that is a number',
    kind: 'JitterUntil',
    options: { sliding: 1 },
    wantWords: ['sliding', 'true or false', '1'],
  },
  {
    title: 'sliding in words',
    kind: 'BackoffUntil',
    options: { sliding: 'false' },
    wantWords: ['sliding', "'false'"],
  },
  { title: 'a negative factor', kind: 'BackoffUntil', options: { factor: -2 }, wantWords: ['factor', '-2'] },
  {
    title: 'an infinite factor',
    kind: 'BackoffUntil',
    options: { factor: Infinity },
    wantWords: ['factor', 'Infinity'],
  },
  {
    title: 'a factor in words',
    kind: 'BackoffUntil',
    options: { factor: '2' },
    wantWords: ['factor', "'2'"],
  },
  { title: 'no worker', options: { workers: 0 }, wantWords: ['workers', '0'] },
  { title: 'half a worker', options: { workers: 1.5 }, wantWords: ['workers', '1.5'] },
  { title: 'workers in words', options: { workers: '2' }, wantWords: ['workers', "'2'"] },
  {
    title: 'more workers than there can be',
    options: { workers: 100_001 },
    wantWords: ['workers', /100[,_]?000/, '100001'],
  },
  {
    title: 'workers that would fill the memory',
    options: { workers: 2 ** 31 },
    wantWords: ['workers', '2147483648'],
  },
  {
    title: 'enabled in words',
    options: { enabled: 'false' },
    wantWords: ['enabled', 'true or false', "'false'"],
  },
  { title: 'enabled that is null', options: { enabled: null }, wantWords: ['enabled', 'null'] },
  { title: 'immediate that is a number', options: { immediate: 0 }, wantWords: ['immediate', '0'] },
  { title: 'leaderOnly that is a number', options: { leaderOnly: 1 }, wantWords: ['leaderOnly', '1'] },
  { title: 'leaderOnly of an empty group', options: { leaderOnly: '' }, wantWords: ['leaderOnly', "''"] },
  {
    title: 'leaderOnly without an election',
    options: { leaderOnly: true },
    wantWords: ['leaderOnly', 'leaderElection', 'lock'],
    wantCode: 'WAIT_ERR_LEADER_ELECTION',
    ways: ['instance', 'override', 'service'],
  },
  { title: 'an empty name', options: { name: '' }, wantWords: ['name', "''"], ways: WRITTEN },
  { title: 'a name that is a number', options: { name: 5 }, wantWords: ['name', '5'], ways: WRITTEN },
  { title: 'a new name', options: { name: 'other' }, wantWords: ["'name'"], ways: ['override'] },
  {
    title: 'a backoff manager instead of a function that makes one',
    kind: 'BackoffUntil',
    options: { backoffManager: { backoff: () => 60_000 } },
    wantWords: ['backoffManager', 'function'],
    ways: WRITTEN,
  },
  {
    title: 'a new backoff manager',
    kind: 'BackoffUntil',
    options: { backoffManager: () => ({ backoff: () => 60_000 }) },
    wantWords: ["'backoffManager'"],
    ways: ['override'],
  },
  {
    title: 'initial together with a backoff manager',
    kind: 'BackoffUntil',
    options: { backoffManager: () => ({ backoff: () => 60_000 }), initial: '1s' },
    wantWords: ['initial', 'backoffManager'],
    ways: WRITTEN,
  },
  {
    title: 'factor together with a backoff manager',
    kind: 'BackoffUntil',
    options: { backoffManager: () => ({ backoff: () => 60_000 }), factor: 'abc' },
    wantWords: ['factor', 'backoffManager'],
    ways: WRITTEN,
  },
  {
    title: 'an initial delay of jitter with a backoffManager, whose period nobody knows',
    kind: 'BackoffUntil',
    options: { backoffManager: () => ({ backoff: () => 60_000 }), initialDelay: 'jitter' },
    wantWords: ['initialDelay', 'backoffManager', "'jitter'"],
    ways: WRITTEN,
  },
  {
    title: 'a factory that does not make a backoff manager',
    kind: 'BackoffUntil',
    options: { backoffManager: () => undefined },
    wantWords: ['backoff manager', 'backoff()', 'undefined'],
    ways: ['instance', 'service'],
  },
  {
    title: 'a factory that returns a promise of a backoff manager',
    kind: 'BackoffUntil',
    options: { backoffManager: async () => ({ backoff: () => 60_000 }) },
    wantWords: ['backoff manager', 'backoff()', 'Promise'],
    ways: ['instance', 'service'],
  },
  {
    title: 'a class instead of a factory of backoff managers',
    kind: 'BackoffUntil',
    options: {
      backoffManager: class Mine {
        backoff(): number {
          return 1;
        }
      },
    },
    wantWords: ['backoff', 'Mine'],
    ways: ['instance', 'service'],
  },
  {
    title: 'a factory of backoff managers that throws',
    kind: 'BackoffUntil',
    options: {
      backoffManager: () => {
        throw new Error('no numbers');
      },
    },
    wantWords: ['backoff', 'no numbers'],
    ways: ['instance', 'service'],
  },
];

export const loopOptions: readonly Mistake[] = [
  ...durations.flatMap((row) => everyWay({ wantCode: DURATION, ...row })),
  ...failureDurations.flatMap((row) => everyWay({ wantCode: DURATION, ...row })),
  ...failures.flatMap((row) => everyWay(row)),
  ...others.flatMap((row) => everyWay(row)),
];
