import { Injectable, Optional } from '@nestjs/common';
import { OptionReader } from '../core/options/option-reader.js';
import { LoopRegistry, WaitError, type LoopCheck, type LoopCheckOptions, type LoopHealth } from '../index.js';

/** What a health indicator of `@nestjs/terminus` returns: the health of the loops under one key. */
export type LoopHealthResult<Key extends string = string> = Readonly<Record<Key, LoopHealth>>;

/**
 * Tells `@nestjs/terminus` whether the loops are well. Put it into the `providers` of the module that has the
 * controller.
 *
 * **Details.** A loop is unwell when its run is hung, or when it waits and its next run has been due for
 * longer than `tolerance`. A run in progress is never overdue, however long it lasts. Only `hungAfter` makes
 * it hung. An election is unwell when `LeaderElection.check()` throws. Loops that are paused, in standby,
 * disabled or stopped are well. Only what is unwell is listed.
 *
 * **Gotchas.** Without `hungAfter` or `timeout`, no run is ever hung. Set `defaults: { hungAfter: … }` of
 * `WaitModule.forRoot`.
 *
 * @example
 * ```ts
 * @Controller()
 * class HealthController {
 *   constructor(
 *     private readonly health: HealthCheckService,
 *     private readonly loops: LoopHealthIndicator,
 *   ) {}
 *
 *   @Get('healthz')
 *   @HealthCheck()
 *   live() {
 *     return this.health.check([() => this.loops.liveness('loops')]);
 *   }
 *
 *   @Get('readyz')
 *   @HealthCheck()
 *   ready() {
 *     return this.health.check([() => this.loops.readiness('loops')]);
 *   }
 * }
 * ```
 */
@Injectable()
export class LoopHealthIndicator {
  private readonly registry: LoopRegistry;

  /** @throws WaitError `WAIT_ERR_FOR_ROOT` when the application has no `WaitModule`. */
  constructor(@Optional() registry?: LoopRegistry) {
    if (registry === undefined) {
      throw new WaitError(
        'WAIT_ERR_FOR_ROOT',
        'LoopHealthIndicator needs WaitModule, which runs the loops. Import WaitModule.forRoot() too, in the root module.',
      );
    }
    this.registry = registry;
  }

  /**
   * Is down when only a restart helps: a run is hung, a loop is overdue, or an election is stuck.
   *
   * @param key - The key of the result, such as `loops`.
   * @param options - See {@link LoopCheckOptions}. `maxConsecutiveFailures` and `showErrors` have no effect.
   * @throws WaitError `WAIT_ERR_INVALID_OPTION` or `WAIT_ERR_INVALID_DURATION` for a mistake in the
   *   arguments. What the filter throws is thrown too.
   */
  liveness<Key extends string>(key: Key, options: LoopCheckOptions = {}): LoopHealthResult<Key> {
    return this.resultOf('liveness', key, options);
  }

  /**
   * Is down in the cases of {@link LoopHealthIndicator.liveness}, and when a loop has failed
   * `maxConsecutiveFailures` times in a row.
   *
   * @param key - The key of the result, such as `loops`.
   * @param options - See {@link LoopCheckOptions}.
   * @throws WaitError `WAIT_ERR_INVALID_OPTION` or `WAIT_ERR_INVALID_DURATION` for a mistake in the
   *   arguments. What the filter throws is thrown too.
   */
  readiness<Key extends string>(key: Key, options: LoopCheckOptions = {}): LoopHealthResult<Key> {
    return this.resultOf('readiness', key, options);
  }

  private resultOf<Key extends string>(
    probe: keyof LoopCheck,
    key: Key,
    options: LoopCheckOptions,
  ): LoopHealthResult<Key> {
    const owner = `LoopHealthIndicator.${probe}`;
    const name = new OptionReader(owner, { key }).string('key');
    return { [name]: this.registry.checkFor(owner, options)[probe] } as LoopHealthResult<Key>;
  }
}
