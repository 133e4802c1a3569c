import { expect } from '@jest/globals';
import type { LoopHandle } from 'nestjs-wait';
import type { Booted } from '../../support/boot.js';
import { AN_HOUR, bootBeside, type Application } from './application.js';
import { thrownBy, type Mistake, type Row } from './mistake.js';

/** An application under test, and the loop in it that somebody steers. */
export interface Steered extends Booted {
  readonly handle: LoopHandle;
}

interface SteeringRow extends Row {
  readonly application: () => Application;
  /** The name of the loop; default: `Outbox.flush`. */
  readonly loop?: string;
  /** What happens before the mistake. */
  readonly before?: (steered: Steered) => unknown;
  /** `true`: a promise must reject; default: the call must throw at once. */
  readonly rejects?: boolean;
  readonly call: (steered: Steered) => unknown;
  /** The same call without the mistake. */
  readonly mended?: (steered: Steered) => unknown;
}

/** A mistake after which no loop is any different: what anybody can see of the loops is as it was. */
export function changesNothing({ application, loop, before, call, mended, ...row }: SteeringRow): Mistake {
  return {
    ...row,
    provoke: async () => {
      const steered = await steer(application(), loop);
      const { registry, clock, logger, close } = steered;
      await before?.(steered);
      const seen = () => [registry.list(), clock.armedTimers, clock.nextDue, logger.lines.length];
      const asItWas = seen();
      const error = await failureOf(row.rejects === true, () => call(steered));
      expect(seen()).toEqual(asItWas);
      await mended?.(steered);
      await close();
      return error;
    },
  };
}

/** A call that waits for something that does not come. Its promise does not wait forever. */
export function waitsInVain({ application, loop, before, call, ...row }: SteeringRow): Mistake {
  return {
    ...row,
    provoke: async () => {
      const steered = await steer(application(), loop);
      await before?.(steered);
      const failure = failureOf(true, () => call(steered));
      await steered.clock.advance(AN_HOUR);
      const error = await failure;
      await steered.close();
      return error;
    },
  };
}

async function steer(application: Application, loop = 'Outbox.flush'): Promise<Steered> {
  const booted = await bootBeside(application);
  const handle = booted.registry.get(loop);
  if (handle === undefined) {
    throw new Error(`There is no loop '${loop}'.`);
  }
  return { ...booted, handle };
}

async function failureOf(rejects: boolean, call: () => unknown): Promise<unknown> {
  if (!rejects) {
    return thrownBy(call);
  }
  const promise = call(); // it does not throw
  expect(promise).toBeInstanceOf(Promise);
  return (promise as Promise<unknown>).then(
    () => undefined,
    (error: unknown) => error,
  );
}
