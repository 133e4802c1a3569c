import { BackoffUntil, Forever, JitterUntil, NonSlidingUntil, Until, type LoopKind } from 'nestjs-wait';
import { planLoop, type LoopPlan } from './loop-plan.js';
import type { Oracle } from './oracle.js';
import { WatchedLoop } from './watched-loop.js';

const KINDS: readonly LoopKind[] = ['Until', 'NonSlidingUntil', 'JitterUntil', 'BackoffUntil', 'Forever'];

/** A provider with a decorated loop of each kind. */
export class Decorated {
  readonly plans = {} as Record<LoopKind, LoopPlan>;
  readonly watched = {} as Record<LoopKind, WatchedLoop>;

  constructor(oracle: Oracle, random: () => number, number: number) {
    for (const kind of KINDS) {
      const plan = planLoop(random, `decorated ${number} ${kind}`, kind);
      this.plans[kind] = plan;
      this.watched[kind] = new WatchedLoop(oracle, plan.watched);
    }
  }

  @Until((self: Decorated) => self.plans.Until.options as never)
  until(signal: AbortSignal): unknown {
    return this.watched.Until.run(signal);
  }

  @NonSlidingUntil((self: Decorated) => self.plans.NonSlidingUntil.options as never)
  nonSlidingUntil(signal: AbortSignal): unknown {
    return this.watched.NonSlidingUntil.run(signal);
  }

  @JitterUntil((self: Decorated) => self.plans.JitterUntil.options as never)
  jitterUntil(signal: AbortSignal): unknown {
    return this.watched.JitterUntil.run(signal);
  }

  @BackoffUntil((self: Decorated) => self.plans.BackoffUntil.options as never)
  backoffUntil(signal: AbortSignal): unknown {
    return this.watched.BackoffUntil.run(signal);
  }

  @Forever((self: Decorated) => self.plans.Forever.options as never)
  forever(signal: AbortSignal): unknown {
    return this.watched.Forever.run(signal);
  }
}
