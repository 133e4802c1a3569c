import { getEventListeners } from 'node:events';
import { expect } from '@jest/globals';
import type { BackoffUntilService, LoopHandle } from 'nestjs-wait';
import { AN_HOUR, bootBeside } from './application.js';
import { thrownBy, type Mistake, type Row } from './mistake.js';

export type Call = (service: BackoffUntilService, ctx: AbortSignal) => LoopHandle;

interface ServiceRow extends Row {
  readonly call: Call;
  /** The same call without the mistake, of a loop that runs at once. */
  readonly mended?: Call;
}

/** A mistake that the service throws at once: nothing is registered, armed or listened to. */
export function failsTheCall({ call, mended, ...row }: ServiceRow): Mistake {
  return {
    ...row,
    provoke: async () => {
      const { service, registry, clock, close } = await bootBeside({});
      const ctx = new AbortController();
      const error = thrownBy(() => call(service, ctx.signal));
      await clock.advance(AN_HOUR);
      expect(registry.list().map(({ name }) => name)).toEqual(['Bystander.tick']);
      expect(clock.armedTimers).toBe(1);
      expect(getEventListeners(ctx.signal, 'abort')).toEqual([]);
      if (mended !== undefined) {
        const { name } = mended(service, ctx.signal);
        await clock.advance(0);
        expect(registry.get(name)?.info().runs).toBe(1);
      }
      await close();
      return error;
    },
  };
}
