import { expect } from '@jest/globals';
import { Injectable } from '@nestjs/common';
import { Until, type AroundRun, type LoopEvent, type LoopRegistry } from 'nestjs-wait';
import { compile } from '../../support/boot.js';
import { AN_HOUR, Bystander } from '../support/application.js';
import { thrownBy, type Mistake, type Row } from '../support/mistake.js';
import { refusesOptions, type OptionsRow } from '../support/module-options.js';
import { changesNothing } from '../support/steering.js';

@Injectable()
class Outbox {
  @Until('5s')
  flush(): void {}
}

const pass: AroundRun = (_run, next) => next();

const lists: readonly OptionsRow[] = [
  { title: 'one function', options: { around: pass }, wantWords: ['list', 'Function: pass'] },
  { title: 'null', options: { around: null }, wantWords: ['list', 'null'] },
  { title: 'true', options: { around: true }, wantWords: ['list', 'true'] },
  { title: 'the name of a function', options: { around: 'pass' }, wantWords: ['list', "'pass'"] },
  { title: 'a set of functions', options: { around: new Set([pass]) }, wantWords: ['list', 'Set'] },
  {
    title: 'a promise of a list',
    options: { around: Promise.resolve([pass]) },
    wantWords: ['list', 'Promise'],
  },
];

interface ValueRow extends Row {
  readonly value: unknown;
}

const noFunctions: readonly ValueRow[] = [
  { title: 'undefined', value: undefined, wantWords: [/not .*undefined/] },
  { title: 'null', value: null, wantWords: [/not .*null/] },
  { title: 'the name of a function', value: 'pass', wantWords: ["'pass'"] },
  { title: 'an object with a method', value: { around: pass }, wantWords: ['around'] },
  { title: 'a list', value: [pass], wantWords: ['Function: pass'] },
  { title: 'a promise', value: Promise.resolve(pass), wantWords: ['Promise'] },
  { title: 'a class', value: class Tracing {}, wantWords: ['Tracing'] },
  { title: 'a generator', value: function* tracing() {}, wantWords: [/generator/i] },
];

const options: readonly Mistake[] = [
  ...lists.map((row) => refusesOptions({ ...row, title: `${row.title} as \`around\`` })),
  ...noFunctions.map(({ value, ...row }) =>
    refusesOptions({
      ...row,
      title: `${row.title} in the list of \`around\``,
      options: { around: [pass, value] },
    }),
  ),
].map((row) => ({ ...row, wantWords: [/^WaitModule\.forRoot\b/, 'around', ...row.wantWords] }));

/** A mistake in a call before the loops start: they start all the same, and nothing surrounds them. */
function refusedBeforeStart({ value, ...row }: ValueRow): Mistake {
  return {
    ...row,
    provoke: async () => {
      const { app, registry, clock, close } = await compile({ providers: [Bystander] });
      const error = thrownBy(() => registry.addAround(value as AroundRun));
      await app.init();
      await clock.advance(AN_HOUR);
      expect(app.get(Bystander).runs).toBe(61);
      expect(registry.get('Bystander.tick')?.info()).toMatchObject({ failures: 0, skips: 0 });
      await close();
      return error;
    },
  };
}

const addAround: readonly Mistake[] = [
  ...noFunctions.map((row) =>
    refusedBeforeStart({
      ...row,
      title: `${row.title} in addAround()`,
      wantWords: [/^LoopRegistry\.addAround\b/, 'function', ...row.wantWords],
    }),
  ),
  changesNothing({
    title: 'a function that is added when the loops have started',
    application: () => ({ providers: [Outbox] }),
    call: ({ registry }) => registry.addAround(pass),
    wantCode: 'WAIT_ERR_AROUND',
    wantWords: [/^LoopRegistry\.addAround\b/, 'before', /forRoot|onModuleInit|onApplicationBootstrap/],
  }),
];

type Listener = Parameters<LoopRegistry['onLoopEvent']>[0];

const onLoopEvent: readonly Mistake[] = noFunctions.map(({ value, ...row }) =>
  changesNothing({
    ...row,
    title: `${row.title} in onLoopEvent()`,
    application: () => ({ providers: [Outbox] }),
    call: ({ registry }) => registry.onLoopEvent(value as Listener),
    mended: async ({ registry, handle }) => {
      const types: LoopEvent['type'][] = [];
      registry.onLoopEvent(({ type }) => types.push(type));
      await handle.trigger();
      expect(types).toEqual(['run-started', 'run-ended']);
    },
    wantWords: [/^LoopRegistry\.onLoopEvent\b/, 'function', ...row.wantWords],
  }),
);

interface MisuseRow extends Row {
  readonly around: AroundRun;
}

/** A mistake in a function, which fails each run of each loop, and ends none. */
function failsTheRun({ around, ...row }: MisuseRow): Mistake {
  return {
    ...row,
    wantCode: 'WAIT_ERR_AROUND',
    wantWords: [/\bBystander\.tick\b/, ...row.wantWords],
    provoke: async () => {
      const errors: unknown[] = [];
      const crashHandlers = [(error: unknown) => errors.push(error)];
      const booted = await compile({ providers: [Bystander] }, { around: [pass, around], crashHandlers });
      const { app, clock, close } = booted;
      await app.init();
      await clock.advance(AN_HOUR);
      expect(app.get(Bystander).runs).toBe(61);
      expect(errors).toHaveLength(61);
      await close();
      return errors[0];
    },
  };
}

const misuses: readonly Mistake[] = [
  failsTheRun({
    title: 'a function that does not wait for the run',
    around: function forgetful(_run, next) {
      void next();
    },
    wantWords: ['around function 2 of 2 (forgetful)', /return|await/],
  }),
  failsTheRun({
    title: 'a function that calls next() twice',
    around: async function eager(_run, next) {
      await next();
      await next();
    },
    wantWords: ['around function 2 of 2 (eager)', 'next()', /once|twice/],
  }),
];

export const around: readonly Mistake[] = [...options, ...addAround, ...onLoopEvent, ...misuses];
