import { expect } from '@jest/globals';
import { Injectable } from '@nestjs/common';
import { NonSlidingUntil, Until, type LoopRegistry } from 'nestjs-wait';
import type { Mistake, Row } from '../support/mistake.js';
import { changesNothing, type Steered } from '../support/steering.js';

@Injectable()
class Outbox {
  @Until('5s')
  flush(): void {}

  @NonSlidingUntil({ period: '5s', workers: 2 })
  purge(): void {}
}

interface ValueRow extends Row {
  readonly value: unknown;
}

const reasons: readonly ValueRow[] = [
  { title: 'a number', value: 503, wantWords: ['not 503'] },
  { title: 'true', value: true, wantWords: ['not true'] },
  { title: 'null', value: null, wantWords: ['not null'] },
  { title: 'an object', value: { reason: 'migration' }, wantWords: ["reason: 'migration'"] },
  { title: 'a list', value: ['migration'], wantWords: ["'migration'"] },
  { title: 'an error', value: new Error('migration'), wantWords: ['Error: migration'] },
  { title: 'a promise', value: Promise.resolve('migration'), wantWords: ['a Promise'] },
];

const filters: readonly ValueRow[] = [
  { title: 'the name of a loop', value: 'Outbox.flush', wantWords: ["'Outbox.flush'"] },
  { title: 'a list of names', value: ['Outbox.flush'], wantWords: ["'Outbox.flush'"] },
  { title: 'a regular expression', value: /^Outbox/, wantWords: ['/^Outbox/'] },
  { title: 'null', value: null, wantWords: ['null'] },
  { title: 'true', value: true, wantWords: ['true'] },
  { title: 'a generator', value: function* () {}, wantWords: ['Generator'] },
];

const noOptions: readonly ValueRow[] = [
  { title: 'a filter alone', value: function isMine() {}, wantWords: ['isMine'] },
  { title: 'a reason alone', value: 'migration', wantWords: ["'migration'"] },
  { title: 'null', value: null, wantWords: ['null'] },
  { title: 'a list of names', value: ['Outbox.flush'], wantWords: ["'Outbox.flush'"] },
  { title: 'a promise', value: Promise.resolve({}), wantWords: ['a Promise'] },
];

type All = 'pauseAll' | 'resumeAll';

/** A mistake in the options of all loops: they all go on, or all stay paused. */
function refusedByAll(method: All, options: unknown, row: Row): Mistake {
  return changesNothing({
    ...row,
    application: () => ({ providers: [Outbox] }),
    wantWords: [new RegExp(`^LoopRegistry\\.${method}\\b`), ...row.wantWords],
    rejects: method === 'pauseAll',
    before: async ({ registry }) => {
      if (method === 'resumeAll') {
        await registry.pauseAll();
      }
    },
    call: ({ registry }) => registry[method](options as Parameters<LoopRegistry[All]>[0]),
    mended: async ({ registry }) => {
      await registry[method]();
      const paused = registry.list().map((loop) => loop.paused);
      expect(new Set(paused)).toEqual(new Set([method === 'pauseAll']));
    },
  });
}

const isOfOutbox = ({ name }: { readonly name: string }): boolean => name.startsWith('Outbox');

const ofAll: readonly Mistake[] = (['pauseAll', 'resumeAll'] as const).flatMap((method) => [
  ...noOptions.map(({ value, ...row }) =>
    refusedByAll(method, value, {
      ...row,
      title: `${row.title} instead of the options of ${method}()`,
      wantWords: ['options object', ...row.wantWords],
    }),
  ),
  ...filters.map(({ value, ...row }) =>
    refusedByAll(
      method,
      { filter: value },
      {
        ...row,
        title: `${row.title} instead of the filter of ${method}()`,
        wantWords: ['filter must be a function', ...row.wantWords],
      },
    ),
  ),
  refusedByAll(
    method,
    { fliter: isOfOutbox },
    {
      title: `a filter of ${method}() that is misspelled, so that it would mean all loops`,
      wantWords: ["'fliter'", 'it takes filter'],
    },
  ),
]);

const pauseAll: readonly Mistake[] = [
  ...reasons.map(({ value, ...row }) =>
    refusedByAll(
      'pauseAll',
      { reason: value },
      {
        ...row,
        title: `${row.title} as the reason of pauseAll()`,
        wantWords: ['reason must be a string', ...row.wantWords],
      },
    ),
  ),
  refusedByAll(
    'pauseAll',
    { name: 'Outbox.flush' },
    { title: 'the name of a loop as an option of pauseAll()', wantWords: ["'name'", 'filter, reason'] },
  ),
];

const resumeAll: readonly Mistake[] = [
  refusedByAll(
    'resumeAll',
    { reason: 'migration is over' },
    { title: 'a reason for resumeAll()', wantWords: ["'reason'", 'it takes filter'] },
  ),
];

const pauses: readonly (Row & { readonly loop: string; readonly before?: (steered: Steered) => unknown })[] =
  [
    { title: 'of a loop', loop: 'Outbox.flush', wantWords: [/^Outbox\.flush: pause: /] },
    { title: 'of all workers', loop: 'Outbox.purge', wantWords: [/^Outbox\.purge: pause: /] },
    { title: 'of one worker', loop: 'Outbox.purge#1', wantWords: [/^Outbox\.purge#1: pause: /] },
    {
      title: 'of a loop that is paused already',
      loop: 'Outbox.flush',
      before: ({ handle }) => handle.pause('incident'),
      wantWords: [/^Outbox\.flush: pause: /],
    },
    {
      title: 'of a loop that has stopped',
      loop: 'Outbox.flush',
      before: ({ handle }) => handle.stop(),
      wantWords: [/^Outbox\.flush: pause: /],
    },
  ];

export const steering: readonly Mistake[] = [
  ...pauses.flatMap(({ wantWords, ...pause }) =>
    reasons.map(({ value, ...row }) =>
      changesNothing({
        ...pause,
        title: `${row.title} as the reason of a pause ${pause.title}`,
        application: () => ({ providers: [Outbox] }),
        rejects: true,
        call: ({ handle }) => handle.pause(value as string),
        mended: async ({ handle }) => {
          await handle.pause('migration');
          expect(handle.info().paused).toBe(handle.info().state !== 'stopped');
        },
        wantWords: [...wantWords, 'reason must be a string', ...row.wantWords],
      }),
    ),
  ),
  ...ofAll,
  ...pauseAll,
  ...resumeAll,
];
