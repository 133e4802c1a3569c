import { WaitModule, type WaitModuleOptions } from 'nestjs-wait';
import { failsTheBootstrap } from '../support/application.js';
import type { Mistake, Row } from '../support/mistake.js';
import { refusesOptions } from '../support/module-options.js';

interface DefaultsRow extends Row {
  readonly defaults: unknown;
}

const INVALID_DURATION = 'WAIT_ERR_INVALID_DURATION';

// No loop of these applications has the mistake, so the bootstrap finds it by itself.
const rows: readonly DefaultsRow[] = [
  { title: 'defaults that are null', defaults: null, wantWords: ['options object', 'null'] },
  { title: 'defaults that are false', defaults: false, wantWords: ['options object', 'false'] },
  { title: 'defaults that are a timeout alone', defaults: '5s', wantWords: ['options object', "'5s'"] },
  { title: 'defaults that are a list', defaults: [], wantWords: ['options object', '[]'] },
  { title: 'defaults that are a promise', defaults: Promise.resolve({}), wantWords: ['Promise'] },
  {
    title: 'a default that is misspelled',
    defaults: { timeOut: '5s' },
    wantWords: ["'timeOut'", 'timeout, hungAfter, failureBackoff, initialDelay'],
  },
  {
    title: 'a period for all loops',
    defaults: { period: '5s' },
    wantWords: ["'period'", 'timeout, hungAfter, failureBackoff, initialDelay'],
  },
  {
    title: 'a pause after failures for all loops',
    defaults: { pauseAfterFailures: 5 },
    wantWords: ["'pauseAfterFailures'", 'timeout, hungAfter, failureBackoff, initialDelay'],
  },
  {
    title: 'a default timeout of zero',
    defaults: { timeout: 0 },
    wantCode: INVALID_DURATION,
    wantWords: [': timeout', '0', '1ms', 'false'],
  },
  {
    title: 'a default timeout of digits alone',
    defaults: { timeout: '30' },
    wantCode: INVALID_DURATION,
    wantWords: [': timeout', "'30s'", 'unit'],
  },
  {
    title: 'a default hungAfter of null',
    defaults: { hungAfter: null },
    wantCode: INVALID_DURATION,
    wantWords: [': hungAfter', 'null'],
  },
  {
    title: 'a default initial delay in other words',
    defaults: { initialDelay: 'soon' },
    wantCode: INVALID_DURATION,
    wantWords: [': initialDelay', "'soon'"],
  },
  {
    title: 'a default failure backoff that is a duration',
    defaults: { failureBackoff: '1s' },
    wantWords: [': failureBackoff', 'true, false or an options object', "'1s'"],
  },
  {
    title: 'a default failure backoff with an option that is misspelled',
    defaults: { failureBackoff: { inital: '1s' } },
    wantWords: [': failureBackoff', "'inital'", 'initial, max, factor, jitter'],
  },
  {
    title: 'a default failure backoff whose max is zero',
    defaults: { failureBackoff: { max: 0 } },
    wantCode: INVALID_DURATION,
    wantWords: [': failureBackoff: max', '0', '5m'],
  },
  {
    title: 'a default failure backoff whose waits shrink',
    defaults: { failureBackoff: { factor: 0.5 } },
    wantWords: [': failureBackoff: factor', 'from 1 up', '0.5'],
  },
];

/** Defaults that are a class of the user's own. */
class Defaults {
  get timeout(): string {
    return '30';
  }
}

export const defaults: readonly Mistake[] = [
  ...rows.map((row) =>
    refusesOptions({
      ...row,
      options: { defaults: row.defaults },
      wantWords: ['WaitModule.forRoot: defaults', ...row.wantWords],
    }),
  ),
  failsTheBootstrap({
    title: 'a getter of default options that returns digits alone',
    application: () => ({ options: { defaults: new Defaults() } }),
    wantCode: INVALID_DURATION,
    wantWords: ['WaitModule.forRoot: defaults: timeout', "'30s'"],
  }),
  failsTheBootstrap({
    title: 'a default of a factory that is negative',
    application: () => ({
      imports: [
        WaitModule.forRootAsync({
          useFactory: async (): Promise<WaitModuleOptions> => ({ defaults: { hungAfter: -1 } }),
        }),
      ],
      bringsModule: true,
    }),
    wantCode: INVALID_DURATION,
    wantWords: ['WaitModule.forRoot: defaults: hungAfter', '-1', 'false'],
  }),
];
