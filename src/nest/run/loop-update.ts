import { isDeepStrictEqual } from 'node:util';
import type { Written } from '../../core/options/read-options.js';
import { requireDelay, type BackoffManager } from '../../core/waits/backoff-manager.js';
import type { LoopSpec } from '../declare/resolve-loop.js';
import type { ManagedLoop, NewOptions } from './managed-loop.js';

/** New options of a loop. They are checked, and take effect when they are applied. */
export class LoopUpdate implements NewOptions {
  readonly manager: BackoffManager;
  /** How long the loop's own wait in progress lasts now, in milliseconds; `undefined` if there is none. */
  private readonly wait: number | undefined;

  /** @throws WaitError when the new backoff manager cannot be made, or does not answer. */
  constructor(
    private readonly loop: ManagedLoop,
    readonly spec: LoopSpec,
  ) {
    this.manager = spec.schedule.newBackoffManager(loop.environment);
    this.wait = this.isLoopInItsWait ? requireDelay(this.manager.backoff(), loop.name) : undefined;
  }

  get due(): number | undefined {
    const { loop, wait } = this;
    const { plan, figures } = loop;
    if (wait === undefined) {
      return undefined;
    }
    const due = plan.began + wait;
    return plan.followsFailure
      ? figures.ended + plan.waitAfterFailure(loop.failureRules, due - figures.ended)
      : due;
  }

  /** Whether anything is written at all. */
  get isChange(): boolean {
    return this.spec !== this.loop.spec;
  }

  /** The options that are new, with their values. */
  get changes(): Written {
    const { options } = this.loop.spec;
    const entries = Object.entries(this.spec.options);
    return Object.fromEntries(entries.filter(([name, value]) => !isDeepStrictEqual(value, options[name])));
  }

  adopt(): void {
    this.loop.adopt(this);
  }

  /** Lets the next run begin when it is due. */
  replan(): void {
    this.loop.replan();
  }

  /** Whether the loop is in a wait that its options decide on. */
  private get isLoopInItsWait(): boolean {
    const { plan, state, spec, isStopping } = this.loop;
    if (plan.isFixed || Number.isNaN(plan.began) || isStopping) {
      return false;
    }
    return state === 'running' ? !spec.schedule.sliding : state !== 'standby';
  }
}
