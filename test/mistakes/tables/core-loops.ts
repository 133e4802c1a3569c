import {
  backoffUntil,
  backoffUntilWithContext,
  forever,
  JitteredBackoffManager,
  jitterUntil,
  jitterUntilWithContext,
  nonSlidingUntil,
  nonSlidingUntilWithContext,
  until,
  untilWithContext,
  type LoopOptions,
} from 'nestjs-wait';
import { rejects, type CoreSources } from '../support/core.js';
import type { Mistake, Row } from '../support/mistake.js';

const INVALID_TARGET = 'WAIT_ERR_INVALID_TARGET';
const INVALID_DURATION = 'WAIT_ERR_INVALID_DURATION';

function poll(): void {}

const manager = new JitteredBackoffManager('5s', 0);

/** The arguments of a loop, of which a row replaces one. */
interface Arguments {
  readonly f: () => unknown;
  readonly period: string;
  readonly backoffManager: JitteredBackoffManager;
  readonly sliding: boolean;
  readonly stop: AbortSignal;
  readonly options: LoopOptions | undefined;
}

type Start = (args: Arguments) => Promise<void>;

/** Every function of the core that runs a loop. */
const loops: Readonly<Record<string, Start>> = {
  backoffUntil: (a) => backoffUntil(a.f, a.backoffManager, a.sliding, a.stop, a.options),
  backoffUntilWithContext: (a) =>
    backoffUntilWithContext(a.stop, a.f, a.backoffManager, a.sliding, a.options),
  jitterUntil: (a) => jitterUntil(a.f, a.period, 1, a.sliding, a.stop, a.options),
  jitterUntilWithContext: (a) => jitterUntilWithContext(a.stop, a.f, a.period, 1, a.sliding, a.options),
  until: (a) => until(a.f, a.period, a.stop, a.options),
  untilWithContext: (a) => untilWithContext(a.stop, a.f, a.period, a.options),
  nonSlidingUntil: (a) => nonSlidingUntil(a.f, a.period, a.stop, a.options),
  nonSlidingUntilWithContext: (a) => nonSlidingUntilWithContext(a.stop, a.f, a.period, a.options),
  forever: (a) => forever(a.f, a.period, a.options),
};

interface LoopRow extends Row {
  readonly wrong: { readonly [K in keyof Arguments]?: unknown };
  /** The functions that take the argument; default: all. */
  readonly of?: RegExp;
}

const rows: readonly LoopRow[] = [
  {
    title: 'no function',
    wrong: { f: undefined },
    wantWords: ['function', 'undefined'],
    wantCode: INVALID_TARGET,
  },
  {
    title: 'an object without a prototype as its function',
    wrong: { f: Object.create(null) },
    wantWords: ['function'],
    wantCode: INVALID_TARGET,
  },
  {
    title: 'a generator, whose body would never run',
    wrong: { f: function* () {} },
    wantWords: ['generator'],
    wantCode: INVALID_TARGET,
  },
  {
    title: 'an asynchronous generator',
    wrong: { f: async function* () {} },
    wantWords: ['generator'],
    wantCode: INVALID_TARGET,
  },
  {
    title: 'no stop channel',
    wrong: { stop: undefined },
    wantWords: ['poll', 'AbortSignal', 'undefined', 'neverStop'],
    of: /^(?!forever)/,
  },
  {
    title: 'a controller as its stop channel',
    wrong: { stop: new AbortController() },
    wantWords: ['poll', 'AbortSignal', 'AbortController', 'Pass its signal'],
    of: /^(?!forever)/,
  },
  {
    title: 'no period',
    wrong: { period: undefined },
    wantWords: ['poll', 'period', 'undefined'],
    wantCode: INVALID_DURATION,
    of: /^(?!backoff)/,
  },
  {
    title: 'a period of digits alone',
    wrong: { period: '5' },
    wantWords: ['poll', 'period', "'5s'"],
    wantCode: INVALID_DURATION,
    of: /^(?!backoff)/,
  },
  {
    title: 'no backoff manager',
    wrong: { backoffManager: undefined },
    wantWords: ['poll', 'backoff manager', 'backoff()', 'undefined'],
    of: /^backoff/,
  },
  {
    title: 'a backoff manager without backoff()',
    wrong: { backoffManager: {} },
    wantWords: ['poll', 'backoff manager', 'backoff()', '{}'],
    of: /^backoff/,
  },
  {
    title: 'a backoff manager that returns no number',
    wrong: { backoffManager: { backoff: () => '5s' } },
    wantWords: ['poll', 'backoff manager', "'5s'"],
    wantCode: INVALID_DURATION,
    of: /^backoff/,
  },
  {
    title: 'sliding that is no boolean',
    wrong: { sliding: undefined },
    wantWords: ['poll', 'sliding', 'undefined'],
    of: /^(backoff|jitter)/,
  },
  { title: 'options that are null', wrong: { options: null }, wantWords: ['poll', 'options', 'null'] },
  { title: 'options that are a number', wrong: { options: 5 }, wantWords: ['poll', 'options', '5'] },
];

const options: readonly (Row & { readonly options: object })[] = [
  { title: 'an option that does not exist', options: { perod: 1 }, wantWords: ["'perod'", 'clock'] },
  { title: 'a name that is a number', options: { name: 5 }, wantWords: ['name', '5'] },
  { title: 'a clock that is not a clock', options: { clock: {} }, wantWords: ['poll', 'clock', '{}'] },
  { title: 'a clock that is null', options: { clock: null }, wantWords: ['poll', 'clock', 'null'] },
  {
    title: 'a clock whose time of day is no method',
    options: { clock: { now: () => 0, newTimer: () => undefined, wallNow: 5 } },
    wantWords: ['poll', 'clock', 'wallNow', '5', 'Date.now()'],
  },
  {
    title: 'a random source that is a number',
    options: { random: 0.5 },
    wantWords: ['poll', 'random', '0.5'],
  },
  {
    title: 'crash handlers that are one function',
    options: { crashHandlers: poll },
    wantWords: ['poll', 'crashHandlers', 'list'],
  },
  {
    title: 'crash handlers that are null',
    options: { crashHandlers: null },
    wantWords: ['poll', 'crashHandlers', 'null'],
  },
  {
    title: 'a crash handler that is undefined',
    options: { crashHandlers: [undefined] },
    wantWords: ['poll', 'crashHandlers', 'undefined'],
  },
  {
    title: 'reallyCrash in words',
    options: { reallyCrash: 'yes' },
    wantWords: ['poll', 'reallyCrash', "'yes'"],
  },
  { title: 'unref that is a number', options: { unref: 1 }, wantWords: ['poll', 'unref', '1'] },
  { title: 'immediate that is null', options: { immediate: null }, wantWords: ['poll', 'immediate', 'null'] },
  {
    title: 'an initial delay in other words',
    options: { initialDelay: 'soon' },
    wantWords: ['poll', 'initialDelay', "'soon'"],
    wantCode: INVALID_DURATION,
  },
  {
    title: 'an initial delay of digits alone',
    options: { initialDelay: '5' },
    wantWords: ['poll', 'initialDelay', "'5s'"],
    wantCode: INVALID_DURATION,
  },
];

const argumentsOf = ({ ctx: stop, clock }: CoreSources): Arguments => ({
  f: poll,
  period: '5s',
  backoffManager: manager,
  sliding: true,
  stop,
  options: { clock },
});

const ofArguments = rows.flatMap(({ wrong, of = /./, ...row }) =>
  Object.entries(loops)
    .filter(([name]) => of.test(name))
    .map(([name, start]) =>
      rejects({
        ...row,
        title: `${row.title}, from ${name}`,
        call: (sources) => start({ ...argumentsOf(sources), ...wrong } as Arguments),
      }),
    ),
);

const ofOptions = options.map(({ options: more, ...row }) =>
  rejects({ ...row, call: ({ ctx, clock }) => until(poll, '5s', ctx, { clock, ...more }) }),
);

export const coreLoops: readonly Mistake[] = [
  ...ofArguments,
  ...ofOptions,
  rejects({
    title: 'a run that throws nothing',
    call: ({ ctx, clock }) =>
      until(
        function flush() {
          throw undefined;
        },
        '5s',
        ctx,
        { clock, name: 'Outbox.flush', reallyCrash: true, crashHandlers: [] },
      ),
    wantCode: 'WAIT_ERR_NOTHING_THROWN',
    wantWords: ['Run 1 of Outbox.flush', 'Error'],
  }),
  rejects({
    title: 'a run that rejects with nothing',
    call: ({ ctx, clock }) =>
      until(() => Promise.reject(), '5s', ctx, { clock, name: 'a', reallyCrash: true, crashHandlers: [] }),
    wantCode: 'WAIT_ERR_NOTHING_THROWN',
    wantWords: ['Run 1 of a', 'Error'],
  }),
  rejects({
    title: 'a jitter factor of NaN',
    call: ({ ctx, clock }) => jitterUntil(poll, '5s', NaN, true, ctx, { clock }),
    wantWords: ['poll', 'jitterFactor', 'NaN'],
  }),
];
