import { expect } from '@jest/globals';
import { Injectable } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { Until, type LoopCheckOptions } from 'nestjs-wait';
import { LoopHealthIndicator } from 'nestjs-wait/health';
import { failureOf } from '../support/mistake.js';
import type { Mistake, Row } from '../support/mistake.js';
import { changesNothing, type Steered } from '../support/steering.js';

@Injectable()
class Outbox {
  @Until('5s')
  flush(): void {}
}

/** What takes the options, by the name that an error must have. */
const takers: Readonly<Record<string, (steered: Steered, options: LoopCheckOptions) => unknown>> = {
  'LoopRegistry.check': ({ registry }, options) => registry.check(options),
  'LoopHealthIndicator.liveness': ({ app }, options) =>
    app.get(LoopHealthIndicator).liveness('loops', options),
  'LoopHealthIndicator.readiness': ({ app }, options) =>
    app.get(LoopHealthIndicator).readiness('loops', options),
};

interface OptionsRow extends Row {
  readonly options: unknown;
}

const badOptions: readonly OptionsRow[] = [
  {
    title: 'a filter alone instead of the options',
    options: function isMine() {},
    wantWords: ['options object', 'isMine', 'Write { loops: … }'],
  },
  { title: 'null instead of the options', options: null, wantWords: ['options object', 'not null'] },
  { title: 'a tolerance alone', options: '1m', wantWords: ['options object', "'1m'"] },
  {
    title: 'a promise of the options',
    options: Promise.resolve({}),
    wantWords: ['options object', 'a Promise'],
  },
  {
    title: 'an option that is misspelled',
    options: { tolerence: '1m' },
    wantWords: ["'tolerence'", 'it takes tolerance, maxConsecutiveFailures, loops, showErrors'],
  },
  {
    title: 'a tolerance that is negative',
    options: { tolerance: -1 },
    wantCode: 'WAIT_ERR_INVALID_DURATION',
    wantWords: ['tolerance must not be negative', '-1', 'write 0 to allow no delay'],
  },
  {
    title: 'a tolerance without a unit',
    options: { tolerance: '60' },
    wantCode: 'WAIT_ERR_INVALID_DURATION',
    wantWords: ['tolerance must have a unit', "'60s'"],
  },
  {
    title: 'a tolerance that is not a number',
    options: { tolerance: NaN },
    wantCode: 'WAIT_ERR_INVALID_DURATION',
    wantWords: ['tolerance must be a finite number', 'NaN'],
  },
  {
    title: 'a tolerance without end',
    options: { tolerance: Infinity },
    wantCode: 'WAIT_ERR_INVALID_DURATION',
    wantWords: ['tolerance must be a finite number', 'Infinity'],
  },
  ...[0, -1, 1.5, NaN, Infinity, '3', null, true].map((value) => ({
    title: `maxConsecutiveFailures: ${JSON.stringify(value)} (${String(value)})`,
    options: { maxConsecutiveFailures: value },
    wantWords: ['maxConsecutiveFailures must be a whole number from 1 up', `not `],
  })),
  {
    title: 'the name of a loop instead of the filter',
    options: { loops: 'Outbox.flush' },
    wantWords: ['loops must be a function', "'Outbox.flush'"],
  },
  {
    title: 'the names of loops instead of the filter',
    options: { loops: ['Outbox.flush'] },
    wantWords: ['loops must be a function', "'Outbox.flush'"],
  },
  {
    title: 'a filter that returns a promise, which would mean every loop',
    options: { loops: () => Promise.resolve(false) },
    wantWords: ['what loops returns must be true or false', 'a Promise'],
  },
  {
    title: 'a filter that returns nothing',
    options: { loops: () => {} },
    wantWords: ['what loops returns must be true or false', 'undefined'],
  },
  {
    title: 'showErrors as a string, as from an environment',
    options: { showErrors: 'false' },
    wantWords: ['showErrors must be true or false', "'false'"],
  },
  {
    title: 'a getter of the options that throws',
    options: {
      get tolerance() {
        throw new Error('no settings');
      },
    },
    wantWords: ['tolerance cannot be read', 'no settings'],
  },
];

const application = () => ({ providers: [Outbox, LoopHealthIndicator] });

const ofOptions: readonly Mistake[] = Object.entries(takers).flatMap(([owner, check]) =>
  badOptions.map(({ options, title, wantWords, ...row }) =>
    changesNothing({
      ...row,
      title: `${title}, of ${owner}`,
      application,
      wantWords: [new RegExp(`^${owner.replace('.', String.raw`\.`)}\\b`), ...wantWords],
      call: (steered) => check(steered, options as LoopCheckOptions),
      mended: (steered) => expect(check(steered, { tolerance: '1m' })).toBeDefined(),
    }),
  ),
);

const keys: readonly (Row & { readonly key: unknown })[] = [
  { title: 'no key', key: undefined, wantWords: ['not undefined'] },
  { title: 'an empty key', key: '', wantWords: ["not ''"] },
  { title: 'the options instead of the key', key: { tolerance: '1m' }, wantWords: ["tolerance: '1m'"] },
  { title: 'a symbol as the key', key: Symbol('loops'), wantWords: [/Symbol\(loops\)/] },
];

const ofKeys: readonly Mistake[] = (['liveness', 'readiness'] as const).flatMap((probe) =>
  keys.map(({ key, title, wantWords }) =>
    changesNothing({
      title: `${title}, of ${probe}()`,
      application,
      wantWords: [`LoopHealthIndicator.${probe}: key must be a string that is not empty`, ...wantWords],
      call: ({ app }) => app.get(LoopHealthIndicator)[probe](key as string),
      mended: ({ app }) =>
        expect(app.get(LoopHealthIndicator)[probe]('loops')).toEqual({ loops: { status: 'up' } }),
    }),
  ),
);

const withoutModule: Mistake = {
  title: 'LoopHealthIndicator without WaitModule',
  wantCode: 'WAIT_ERR_FOR_ROOT',
  wantWords: ['LoopHealthIndicator', 'needs WaitModule', 'WaitModule.forRoot()'],
  provoke: () => failureOf(() => Test.createTestingModule({ providers: [LoopHealthIndicator] }).compile()),
};

export const checks: readonly Mistake[] = [...ofOptions, ...ofKeys, withoutModule];
