export { backoffUntil } from './core/backoff-until.js';
export type { LoopState } from './core/loop.js';
export { ExponentialBackoffManager, JitteredBackoffManager } from './core/backoff-manager.js';
export type { BackoffManager, ExponentialBackoffOptions } from './core/backoff-manager.js';
export { Backoff } from './core/backoff.js';
export type { BackoffOptions } from './core/backoff.js';
export { realClock } from './core/clock.js';
export type { Clock, Timer, TimerOptions } from './core/clock.js';
export type { Condition, ConditionResult } from './core/condition-loop.js';
export { handleCrash, logCrash } from './core/crash.js';
export type { CrashContext, CrashHandler, CrashOptions } from './core/crash.js';
export type { DelayFunc } from './core/delay-func.js';
export type { Duration } from './core/duration.js';
export { WaitError } from './core/errors.js';
export type { WaitErrorCode } from './core/errors.js';
export { exponentialBackoff, exponentialBackoffWithContext } from './core/exponential-backoff.js';
export { interrupted } from './core/interrupted.js';
export type { LoopOptions } from './core/loop-options.js';
export { neverStop } from './core/never-stop.js';
export { jitter } from './core/jitter.js';
export type { Random } from './core/jitter.js';
export { pollUntilContextCancel, pollUntilContextTimeout } from './core/poll.js';
export {
  backoffUntilWithContext,
  forever,
  jitterUntil,
  jitterUntilWithContext,
  nonSlidingUntil,
  nonSlidingUntilWithContext,
  until,
  untilWithContext,
} from './core/until.js';
export { waitForCacheSync } from './core/wait-for-cache-sync.js';
export type { InformerSynced } from './core/wait-for-cache-sync.js';
export { BackoffUntilService } from './nest/backoff-until.service.js';
export type { LoopFunction, LoopHandle } from './nest/backoff-until.service.js';
export { LeaderElection } from './nest/leader-election.js';
export type { Unsubscribe } from './nest/leader-election.js';
export { BackoffUntil, Forever, JitterUntil, NonSlidingUntil, Until } from './nest/loop.decorators.js';
export type { LoopDecorator, LoopMethod, OptionsOf } from './nest/loop.decorators.js';
export type {
  BackoffUntilOptions,
  CommonLoopOptions,
  ForeverOptions,
  JitterUntilOptions,
  LoopOverrides,
  NonSlidingUntilOptions,
  UntilOptions,
} from './nest/loop.options.js';
export { LoopRegistry } from './nest/loop.registry.js';
export type { LoopInfo } from './nest/managed-loop.js';
export { WaitModule } from './nest/wait.module.js';
export { WAIT_CLOCK, WAIT_LOGGER, WAIT_OPTIONS, WAIT_RANDOM } from './nest/wait.options.js';
export type {
  LeaderElectionOptions,
  WaitModuleAsyncOptions,
  WaitModuleOptions,
  WaitModuleOptionsFactory,
} from './nest/wait.options.js';
