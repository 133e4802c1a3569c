export type { ErrorSummary } from './core/values/error-text.js';
export { WaitError } from './core/errors.js';
export type { WaitErrorCode } from './core/errors.js';
export { backoffUntil } from './core/loop/backoff-until.js';
export { handleCrash, logCrash } from './core/loop/crash.js';
export type { CrashContext, CrashHandler, CrashOptions } from './core/loop/crash.js';
export type { LoopOptions } from './core/loop/loop-options.js';
export type { LoopState, RunOutcome } from './core/loop/loop.js';
export {
  backoffUntilWithContext,
  forever,
  jitterUntil,
  jitterUntilWithContext,
  nonSlidingUntil,
  nonSlidingUntilWithContext,
  until,
  untilWithContext,
} from './core/loop/until.js';
export { Backoff } from './core/poll/backoff.js';
export type { Condition, ConditionResult, PollOptions } from './core/poll/condition-loop.js';
export type { DelayFunc } from './core/poll/delay-func.js';
export { exponentialBackoff, exponentialBackoffWithContext } from './core/poll/exponential-backoff.js';
export { interrupted } from './core/poll/interrupted.js';
export { pollUntilContextCancel, pollUntilContextTimeout } from './core/poll/poll.js';
export { waitForCacheSync } from './core/poll/wait-for-cache-sync.js';
export type { InformerSynced } from './core/poll/wait-for-cache-sync.js';
export { neverStop } from './core/stop/never-stop.js';
export type { Clock, Timer, TimerOptions } from './core/time/clock.js';
export type { Duration } from './core/time/duration.js';
export { realClock } from './core/time/real-clock.js';
export type { BackoffManager } from './core/waits/backoff-manager.js';
export { ExponentialBackoffManager } from './core/waits/exponential.js';
export type { ExponentialBackoffOptions } from './core/waits/exponential.js';
export type { BackoffOptions } from './core/waits/growing-delay.js';
export { jitter } from './core/waits/jitter.js';
export type { Random } from './core/waits/jitter.js';
export { JitteredBackoffManager } from './core/waits/jittered.js';
export { BackoffUntilService } from './nest/steer/backoff-until.service.js';
export type { LoopHandle } from './nest/steer/loop-handle.js';
export { LeaderElection } from './nest/leader/leader-election.js';
export type { Unsubscribe } from './nest/leader/leader-election.js';
export {
  BackoffUntil,
  Forever,
  JitterUntil,
  NonSlidingUntil,
  Until,
} from './nest/declare/loop.decorators.js';
export type { LoopDecorator, OptionsOf } from './nest/declare/loop.decorators.js';
export type {
  BackoffUntilOptions,
  CommonLoopOptions,
  FailureBackoffOptions,
  ForeverOptions,
  JitterUntilOptions,
  LoopDefaults,
  LoopFunction,
  LoopInput,
  LoopKind,
  LoopOverrides,
  NonSlidingUntilOptions,
  UntilOptions,
} from './nest/declare/loop.options.js';
export { LoopRegistry } from './nest/steer/loop.registry.js';
export type { LoopFilter, PauseAllOptions } from './nest/steer/loop.registry.js';
export type { AroundRun, LoopRun } from './nest/declare/around-run.js';
export type {
  HungEvent,
  LeadingEvent,
  LoopEvent,
  LoopEventListener,
  PausedEvent,
  RecoveredEvent,
  ResumedEvent,
  RunEndedEvent,
  RunStartedEvent,
  StartedEvent,
  StoppedEvent,
  StoppedLeadingEvent,
  UpdatedEvent,
} from './nest/run/loop-event.js';
export type { LoopCheckOptions } from './nest/observe/check-options.js';
export type {
  ElectionProblem,
  FailingProblem,
  HungProblem,
  LoopCheck,
  LoopHealth,
  LoopProblem,
  OverdueProblem,
} from './nest/observe/check-result.js';
export type { LoopInfo } from './nest/run/loop-info.js';
export type { RunResult } from './nest/run/run-result.js';
export { WaitModule } from './nest/wait.module.js';
export {
  WAIT_CLOCK,
  WAIT_LOCK_FACTORY,
  WAIT_LOGGER,
  WAIT_OPTIONS,
  WAIT_RANDOM,
} from './nest/declare/wait.options.js';
export type {
  LeaderElectionOptions,
  LockFactory,
  RequestContext,
  WaitModuleAsyncOptions,
  WaitModuleOptions,
  WaitModuleOptionsFactory,
} from './nest/declare/wait.options.js';
