import {
  Backoff,
  exponentialBackoff,
  exponentialBackoffWithContext,
  pollUntilContextCancel,
  pollUntilContextTimeout,
  waitForCacheSync,
} from 'nestjs-wait';
import { rejects, type CoreRow } from '../support/core.js';
import type { Mistake } from '../support/mistake.js';

const INVALID_TARGET = 'WAIT_ERR_INVALID_TARGET';
const INVALID_DURATION = 'WAIT_ERR_INVALID_DURATION';

const isReady = (): boolean => false;
const backoff = new Backoff({ duration: '1s', steps: 3 });

const rows: readonly CoreRow[] = [
  {
    title: 'no condition',
    call: ({ ctx, clock }) => pollUntilContextCancel(ctx, '1s', true, undefined as never, { clock }),
    wantWords: ['function', 'undefined'],
    wantCode: INVALID_TARGET,
  },
  {
    title: 'a promise instead of the condition',
    call: ({ ctx, clock }) =>
      pollUntilContextCancel(ctx, '1s', true, Promise.resolve(true) as never, { clock }),
    wantWords: ['function', 'Promise'],
    wantCode: INVALID_TARGET,
  },
  {
    title: 'no context',
    call: ({ clock }) => pollUntilContextCancel(undefined as never, '1s', true, isReady, { clock }),
    wantWords: ['isReady', 'AbortSignal', 'undefined'],
  },
  {
    title: 'a controller instead of its signal',
    call: ({ clock }) =>
      pollUntilContextTimeout(new AbortController() as never, '1s', '5s', true, isReady, { clock }),
    wantWords: ['isReady', 'AbortSignal', 'AbortController', 'Pass its signal'],
  },
  {
    title: 'an interval of digits alone',
    call: ({ ctx, clock }) => pollUntilContextCancel(ctx, '5', true, isReady, { clock }),
    wantWords: ['isReady', 'interval', "'5s'"],
    wantCode: INVALID_DURATION,
  },
  {
    title: 'a timeout of NaN',
    call: ({ ctx, clock }) => pollUntilContextTimeout(ctx, '1s', NaN, true, isReady, { clock }),
    wantWords: ['isReady', 'timeout', 'NaN'],
    wantCode: INVALID_DURATION,
  },
  {
    title: 'an interval of NaN under a timeout',
    call: ({ ctx, clock }) => pollUntilContextTimeout(ctx, NaN, '5s', true, isReady, { clock }),
    wantWords: ['isReady', 'interval', 'NaN'],
    wantCode: INVALID_DURATION,
  },
  {
    title: 'a condition that answers in words',
    call: ({ ctx, clock }) =>
      pollUntilContextCancel(ctx, '1s', true, () => 'yes' as never, {
        clock,
        name: 'isReady',
        reallyCrash: true,
        crashHandlers: [],
      }),
    wantWords: ['isReady', 'condition', "'yes'"],
  },
  {
    title: 'immediate that is no boolean',
    call: ({ ctx, clock }) => pollUntilContextCancel(ctx, '1s', undefined as never, isReady, { clock }),
    wantWords: ['isReady', 'immediate', 'undefined'],
  },
  {
    title: 'immediate among its options',
    call: ({ ctx, clock }) =>
      pollUntilContextCancel(ctx, '1s', true, isReady, { clock, immediate: true } as never),
    wantWords: ['isReady', "'immediate'"],
  },
  {
    title: 'options that are null',
    call: ({ ctx }) => pollUntilContextCancel(ctx, '1s', true, isReady, null as never),
    wantWords: ['isReady', 'options', 'null'],
  },
  {
    title: 'a clock that is not a clock',
    call: ({ ctx }) => pollUntilContextTimeout(ctx, '1s', '5s', true, isReady, { clock: {} as never }),
    wantWords: ['isReady', 'clock', '{}'],
  },
  {
    title: 'a clock that is null',
    call: ({ ctx }) => pollUntilContextCancel(ctx, '1s', true, isReady, { clock: null as never }),
    wantWords: ['isReady', 'clock', 'null'],
  },
  {
    title: 'no backoff',
    call: ({ clock }) => exponentialBackoff(undefined as never, isReady, { clock }),
    wantWords: ['isReady', 'Backoff', 'undefined'],
  },
  {
    title: 'the numbers of a backoff instead of a Backoff',
    call: ({ clock }) => exponentialBackoff({ duration: 1, steps: 3 } as never, isReady, { clock }),
    wantWords: ['isReady', 'Backoff', 'duration'],
  },
  {
    title: 'no condition for a backoff',
    call: ({ ctx, clock }) => exponentialBackoffWithContext(ctx, backoff, undefined as never, { clock }),
    wantWords: ['function', 'undefined'],
    wantCode: INVALID_TARGET,
  },
  {
    title: 'a cache that is no function',
    call: ({ ctx, clock }) => waitForCacheSync(ctx, true as never, { clock }),
    wantWords: ['waitForCacheSync', 'cache 1', 'function', 'true'],
    wantCode: INVALID_TARGET,
  },
  {
    title: 'no context for caches',
    call: ({ clock }) => waitForCacheSync(undefined as never, isReady, { clock }),
    wantWords: ['waitForCacheSync', 'AbortSignal', 'undefined'],
  },
  {
    title: 'a poll whose context was cancelled',
    call: ({ clock }) => pollUntilContextCancel(AbortSignal.abort(), '1s', true, isReady, { clock }),
    wantWords: ['context', 'cancelled'],
    wantCode: 'WAIT_ERR_CANCELED',
  },
  {
    title: 'a poll whose time is up',
    call: ({ ctx, clock }) => pollUntilContextTimeout(ctx, '1s', '5s', true, isReady, { clock }),
    wantWords: ['deadline', 'exceeded'],
    wantCode: 'WAIT_ERR_DEADLINE_EXCEEDED',
  },
  {
    title: 'a backoff whose steps are used up',
    call: ({ clock }) => exponentialBackoff(backoff, isReady, { clock }),
    wantWords: ['steps', 'used up'],
    wantCode: 'WAIT_ERR_TIMED_OUT',
  },
];

export const polls: readonly Mistake[] = rows.map(rejects);
