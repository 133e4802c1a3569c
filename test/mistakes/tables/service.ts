import type { BackoffUntilService, LoopFunction, LoopHandle } from 'nestjs-wait';
import { failsTheCall } from '../support/service.js';
import type { Mistake, Row } from '../support/mistake.js';

function poll(): void {}

const INVALID_TARGET = 'WAIT_ERR_INVALID_TARGET';

const functions: readonly (Row & { readonly f: unknown })[] = [
  { title: 'no function', f: undefined, wantWords: ['Until', 'function', 'undefined'] },
  { title: 'null instead of a function', f: null, wantWords: ['Until', 'function', 'null'] },
  { title: 'the period instead of the function', f: '5s', wantWords: ['Until', 'function', "'5s'"] },
  {
    title: 'a promise instead of a function',
    f: Promise.resolve(),
    wantWords: ['Until', 'function', 'Promise'],
  },
  {
    title: 'an object without a prototype',
    f: Object.create(null),
    wantWords: ['Until', 'function', 'null prototype'],
  },
  {
    title: 'a generator, whose body would never run',
    f: function* () {},
    wantWords: ['Until', 'generator'],
  },
  { title: 'an asynchronous generator', f: async function* () {}, wantWords: ['Until', 'generator'] },
];

const contexts: readonly (Row & { readonly ctx: unknown })[] = [
  { title: 'no context', ctx: undefined, wantWords: ['AbortSignal', 'undefined'] },
  { title: 'a context that is null', ctx: null, wantWords: ['AbortSignal', 'null'] },
  {
    title: 'a controller instead of its signal',
    ctx: new AbortController(),
    wantWords: ['AbortSignal', 'AbortController', 'Pass its signal'],
  },
  {
    title: 'a context that only looks like a signal',
    ctx: { aborted: false },
    wantWords: ['AbortSignal', 'aborted'],
  },
  { title: 'a context that is a function', ctx: poll, wantWords: ['AbortSignal', 'poll'] },
];

type WithContext = (service: BackoffUntilService, ctx: AbortSignal, f: LoopFunction) => LoopHandle;

const withContext: Readonly<Record<string, WithContext>> = {
  untilWithContext: (service, ctx, f) => service.untilWithContext(ctx, f, { period: '5s', name: 'a' }),
  nonSlidingUntilWithContext: (service, ctx, f) =>
    service.nonSlidingUntilWithContext(ctx, f, { period: '5s', name: 'a' }),
  jitterUntilWithContext: (service, ctx, f) =>
    service.jitterUntilWithContext(ctx, f, { period: '5s', jitter: 1, name: 'a' }),
  backoffUntilWithContext: (service, ctx, f) => service.backoffUntilWithContext(ctx, f, { name: 'a' }),
};

const misused: readonly Mistake[] = Object.entries(withContext).flatMap(([method, start]) => [
  // The name is free after the mistake.
  ...contexts.map(({ ctx, ...row }) =>
    failsTheCall({
      title: `${row.title} for ${method}, and does not take the name`,
      call: (service) => start(service, ctx as AbortSignal, poll),
      mended: (service, rightCtx) => start(service, rightCtx, poll),
      wantWords: [/^a: /, ...row.wantWords],
    }),
  ),
  failsTheCall({
    title: `no function for ${method}`,
    call: (service, ctx) => start(service, ctx, undefined as never),
    mended: (service, ctx) => start(service, ctx, poll),
    wantCode: INVALID_TARGET,
    wantWords: ['function', 'undefined'],
  }),
]);

export const service: readonly Mistake[] = [
  ...functions.map(({ f, ...row }) =>
    failsTheCall({
      ...row,
      wantCode: INVALID_TARGET,
      call: (loops) => loops.until(f as never, '5s'),
      mended: (loops) => loops.until(poll, '5s'),
    }),
  ),
  ...misused,
  failsTheCall({
    title: 'no options',
    call: (loops) => (loops.until as (f: LoopFunction) => LoopHandle)(poll),
    mended: (loops) => loops.until(poll, '5s'),
    wantWords: ['poll', 'Until', 'options object', 'undefined'],
  }),
  failsTheCall({
    title: 'an options function, which only a decorator takes',
    call: (loops) => loops.until(poll, (() => '5s') as never),
    wantWords: ['poll', 'Until', 'options object', 'Function'],
  }),
  failsTheCall({
    title: 'a promise of options',
    call: (loops) => loops.backoffUntil(poll, Promise.resolve({}) as never),
    wantWords: ['poll', 'BackoffUntil', 'Promise'],
  }),
  failsTheCall({
    title: 'options that are null',
    call: (loops) => loops.jitterUntil(poll, null as never),
    wantWords: ['poll', 'JitterUntil', 'options object', 'null'],
  }),
  failsTheCall({
    title: 'the name of a decorated loop',
    call: (loops) => loops.until(poll, { period: '5s', name: 'Bystander.tick' }),
    mended: (loops) => loops.until(poll, { period: '5s', name: 'poll' }),
    wantCode: 'WAIT_ERR_DUPLICATE_LOOP',
    wantWords: ["'Bystander.tick'", 'name'],
  }),
  failsTheCall({
    title: 'a taken name, even for a loop with its own context',
    call: (loops, ctx) => loops.untilWithContext(ctx, poll, { period: '5s', name: 'Bystander.tick' }),
    wantCode: 'WAIT_ERR_DUPLICATE_LOOP',
    wantWords: ["'Bystander.tick'", 'name'],
  }),
  failsTheCall({
    title: 'a group of replicas that does not exist',
    call: (loops, ctx) => loops.untilWithContext(ctx, poll, { period: '5s', leaderOnly: 'mail' }),
    wantCode: 'WAIT_ERR_LEADER_ELECTION',
    wantWords: ['poll', 'leaderOnly', "'mail'", 'leaderElection'],
  }),
];
