// Compiled by tsc and never run: what is misuse must not compile, and what is right must. `npm run package`
// compiles it once more, as a user does: from what is published, and with other settings.
import type {
  BackoffUntilService,
  LoopEvent,
  LoopFilter,
  LoopHandle,
  LoopInfo,
  LoopKind,
  LoopOverrides,
  LoopRegistry,
  LoopState,
  PauseAllOptions,
  RunOutcome,
  RunResult,
} from 'nestjs-wait';

// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- the only way to compare modifiers too
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;

/** Every member of what `info()` and `list()` return: the same names, types and modifiers. */
interface WantInfo {
  readonly name: string;
  readonly kind: LoopKind;
  readonly schedule: string;
  readonly enabled: boolean;
  readonly state: 'waiting' | 'running' | 'paused' | 'standby' | 'stopped';
  readonly paused: boolean;
  readonly pauseReason?: string;
  readonly leaderOnly?: string;
  readonly runs: number;
  readonly failures: number;
  readonly consecutiveFailures: number;
  readonly timeouts: number;
  readonly skips: number;
  readonly aborts: number;
  readonly lastStart?: Date;
  readonly lastDuration?: number;
  readonly lastOutcome?: RunOutcome;
  readonly lastSuccess?: Date;
  readonly lastFailure?: Date;
  readonly lastError?: unknown;
  readonly runningSince?: Date;
  readonly hung: boolean;
  readonly nextStart?: Date;
  readonly overdue: boolean;
}

interface WantResult {
  readonly run: number;
  readonly outcome: 'succeeded' | 'failed' | 'timedOut' | 'skipped' | 'aborted';
  readonly startedAt: Date;
  readonly duration: number;
  readonly error?: unknown;
}

interface WantHandle {
  readonly name: string;
  readonly done: Promise<void>;
  info(): LoopInfo;
  pause(reason?: string): Promise<void>;
  resume(): void;
  trigger(): Promise<RunResult>;
  update(options: LoopOverrides): void;
  stop(): Promise<void>;
}

export const infoIsAsWanted: Same<LoopInfo, WantInfo> = true;
export const resultIsAsWanted: Same<RunResult, WantResult> = true;
export const handleIsAsWanted: Same<LoopHandle, WantHandle> = true;
export const stateOfTheCore: Same<LoopState, 'waiting' | 'running' | 'stopped'> = true;

export async function handles(registry: LoopRegistry, service: BackoffUntilService): Promise<void> {
  const handle: LoopHandle = service.until(() => undefined, '5s');
  const found: LoopHandle | undefined = registry.get('Outbox.flush');
  const list: LoopInfo[] = registry.list();
  await found?.pause();
  await handle.pause('database migration');
  const noReason: string | undefined = process.env['REASON'];
  await handle.pause(noReason);
  handle.resume();
  const { run, outcome, startedAt, duration, error }: RunResult = await handle.trigger();
  await handle.stop();
  void [list, run, outcome, startedAt, duration, error];

  // @ts-expect-error -- there may be no such loop
  void registry.get('Outbox.flush').pause();
  // @ts-expect-error -- a handle describes the loop when it is asked
  void registry.get('Outbox.flush')?.runs;
  // @ts-expect-error -- what is listed is data
  void registry.list()[0]?.pause();
  // @ts-expect-error -- the reason is for people
  void handle.pause(503);
  // @ts-expect-error -- the reason stands alone
  void handle.pause({ reason: 'database migration' });
  // @ts-expect-error -- an end of a pause has no reason
  handle.resume('it is over');
  // @ts-expect-error -- a run takes nothing from its trigger
  void handle.trigger({ id: 1 });
  // @ts-expect-error -- nobody changes the name
  handle.name = 'other';
  // @ts-expect-error -- nobody changes what is described
  handle.info().runs = 0;
  // @ts-expect-error -- it is absent if it succeeded, and anything can be thrown
  const message: string = (await handle.trigger()).error.message;
  void message;
}

export function updates(handle: LoopHandle): void {
  const unset: string | undefined = process.env['PERIOD'];
  handle.update({});
  handle.update({ period: '7s', jitter: 0.5, initial: 1, max: '1m', reset: '2m', factor: 2 });
  handle.update({ timeout: '5s', hungAfter: 5000, failureBackoff: true, pauseAfterFailures: 3 });
  handle.update({ timeout: false, hungAfter: false, failureBackoff: false, pauseAfterFailures: false });
  handle.update({ failureBackoff: { initial: 0, max: '5m', factor: 2, jitter: 0.1 } });
  handle.update({ period: unset, timeout: unset, failureBackoff: { initial: unset } });
  // @ts-expect-error -- nothing to change
  handle.update();
  // @ts-expect-error -- a period alone
  handle.update('7s');
  // @ts-expect-error -- options that are not there yet
  handle.update(Promise.resolve({ period: '7s' }));
  // @ts-expect-error -- a slip of the pen
  handle.update({ peroid: '7s' });
  // @ts-expect-error -- a loop keeps its name
  handle.update({ name: 'other' });
  // @ts-expect-error -- a loop keeps its backoff manager
  handle.update({ backoffManager: () => ({ backoff: () => 1 }) });
  // @ts-expect-error -- only a duration or false
  handle.update({ timeout: true });
  // @ts-expect-error -- only a duration or false
  handle.update({ hungAfter: null });
  // @ts-expect-error -- a loop without waits has a period of 0
  handle.update({ period: false });
  // @ts-expect-error -- a duration says nothing of how waits grow
  handle.update({ failureBackoff: '1s' });
  // @ts-expect-error -- failures reset by a success, and not by time
  handle.update({ failureBackoff: { reset: '2m' } });
  // @ts-expect-error -- true says nothing of how many
  handle.update({ pauseAfterFailures: true });
}

export async function allLoops(registry: LoopRegistry): Promise<void> {
  const isOfOutbox = ({ name, leaderOnly }: LoopInfo): boolean =>
    name.startsWith('Outbox.') && leaderOnly === undefined;
  const unset: string | undefined = process.env['REASON'];
  const filter: LoopFilter = { filter: isOfOutbox };
  const options: PauseAllOptions = { ...filter, reason: 'incident' };
  await registry.pauseAll();
  await registry.pauseAll({});
  await registry.pauseAll(options);
  await registry.pauseAll({ reason: unset, filter: undefined });
  registry.resumeAll();
  registry.resumeAll(filter);
  // @ts-expect-error -- a filter alone
  await registry.pauseAll(isOfOutbox);
  // @ts-expect-error -- a reason alone
  await registry.pauseAll('incident');
  // @ts-expect-error -- the name of a loop is no filter
  await registry.pauseAll({ filter: 'Outbox.flush' });
  // @ts-expect-error -- a promise is always true
  await registry.pauseAll({ filter: async (loop) => isOfOutbox(loop) });
  // @ts-expect-error -- a filter chooses by what is described, not by a handle
  await registry.pauseAll({ filter: (loop: LoopHandle) => loop.info().hung });
  // @ts-expect-error -- an end of a pause has no reason
  registry.resumeAll({ reason: 'it is over' });
}

export type Ended = Extract<LoopEvent, { readonly type: 'run-ended' }>['result'];
export const outcomeOf = (result: Ended): string => result.outcome;
