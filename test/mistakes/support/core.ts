import { getEventListeners } from 'node:events';
import { expect } from '@jest/globals';
import { FakeClock } from 'nestjs-wait/testing';
import { AN_HOUR } from './application.js';
import { failureOf, thrownBy, type Mistake, type Row } from './mistake.js';

/** What a core function is called with. */
export interface CoreSources {
  readonly clock: FakeClock;
  readonly ctx: AbortSignal;
}

export interface CoreRow extends Row {
  readonly call: (sources: CoreSources) => unknown;
}

/** A mistake that rejects the promise of a core function, which never throws; nothing is left armed. */
export function rejects({ call, ...row }: CoreRow): Mistake {
  return {
    ...row,
    provoke: async () => {
      const clock = new FakeClock();
      const { signal: ctx } = new AbortController();
      const promise = call({ clock, ctx });
      expect(promise).toBeInstanceOf(Promise);
      const failure = failureOf(() => promise);
      await clock.advance(AN_HOUR);
      expect(clock.armedTimers).toBe(0);
      expect(getEventListeners(ctx, 'abort')).toEqual([]);
      return failure;
    },
  };
}

/** A mistake that a constructor or a plain function throws at once. */
export function throws({ call, ...row }: CoreRow): Mistake {
  return {
    ...row,
    provoke: async () => {
      const { signal: ctx } = new AbortController();
      return thrownBy(() => call({ clock: new FakeClock(), ctx }));
    },
  };
}
