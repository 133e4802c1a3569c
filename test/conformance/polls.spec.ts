import { expect } from '@jest/globals';
import {
  exponentialBackoff,
  exponentialBackoffWithContext,
  interrupted,
  pollUntilContextCancel,
  pollUntilContextTimeout,
  WaitError,
  type Condition,
  type ConditionResult,
  type LoopOptions,
} from 'nestjs-wait';
import { Recorder } from './recorder.js';
import { Replay } from './replay.js';
import { newBackoff, RecordedRandom, replayAll, vectors, type PollScenario } from './vectors.js';

const CONDITION_FAILED = new Error('conditionError');

// A condition that fails *returns* its error; one that throws has panicked. `(true, err)` of Go is the error.
const RESULTS: Readonly<Record<string, ConditionResult>> = {
  false: false,
  true: true,
  error: CONDITION_FAILED,
  trueAndError: CONDITION_FAILED,
};

const GO_ERRORS: Readonly<Record<string, string>> = {
  WAIT_ERR_TIMED_OUT: 'ErrWaitTimeout',
  WAIT_ERR_CANCELED: 'context.Canceled',
  WAIT_ERR_DEADLINE_EXCEEDED: 'context.DeadlineExceeded',
};

const POLLS: Readonly<
  Record<
    string,
    (
      scenario: PollScenario,
      ctx: AbortSignal,
      condition: Condition,
      options: Required<Pick<LoopOptions, 'clock' | 'random'>> & LoopOptions,
    ) => Promise<void>
  >
> = {
  PollUntilContextCancel: ({ intervalMs, immediate }, ctx, condition, options) =>
    pollUntilContextCancel(ctx, intervalMs, immediate, condition, options),
  PollUntilContextTimeout: ({ intervalMs, timeoutMs, immediate }, ctx, condition, options) =>
    pollUntilContextTimeout(ctx, intervalMs, timeoutMs, immediate, condition, options),
  ExponentialBackoff: ({ backoff }, _ctx, condition, options) =>
    exponentialBackoff(newBackoff(backoff, options.random), condition, options),
  ExponentialBackoffWithContext: ({ backoff }, ctx, condition, options) =>
    exponentialBackoffWithContext(ctx, newBackoff(backoff, options.random), condition, options),
  'DelayFunc.Until': ({ backoff, immediate, sliding }, ctx, condition, options) =>
    newBackoff(backoff, options.random).delayFunc().until(ctx, immediate, sliding, condition, options),
  'DelayWithReset.Until': ({ backoff, resetMs, immediate, sliding }, ctx, condition, options) =>
    newBackoff(backoff, options.random)
      .delayWithReset(options.clock, resetMs)
      .until(ctx, immediate, sliding, condition, options),
};

for (const [api, wanted] of Object.entries({
  PollUntilContextCancel: 12,
  PollUntilContextTimeout: 22,
  ExponentialBackoff: 16,
  ExponentialBackoffWithContext: 6,
  'DelayFunc.Until': 5,
  'DelayWithReset.Until': 3,
})) {
  const scenarios = vectors.polls.filter((scenario) => scenario.api === api);
  replayAll(`polls ${api}`, wanted, scenarios, async (scenario) => {
    const { conditions, reallyCrash, stop, rands, expected } = scenario;
    const fDurationsMs = conditions.map(({ durMs }) => durMs);
    const resultOf = (call: number): string => conditions[Math.min(call, conditions.length - 1)]!.result;
    const fPanics = Array.from({ length: expected.calls }, (_, call) => call).filter(
      (call) => resultOf(call) === 'panic',
    );
    const replay = new Replay();
    const random = new RecordedRandom(rands);
    const recorder = new Recorder({ fDurationsMs, fPanics, reallyCrash, stop }, replay, true);
    const condition: Condition = async (ctx) => {
      const call = recorder.starts.length;
      await recorder.f(ctx);
      return RESULTS[resultOf(call)] as ConditionResult;
    };
    const { crashHandlers } = recorder;
    const options = { clock: replay, random: random.next, crashHandlers, reallyCrash };
    const ended = POLLS[api]!(scenario, recorder.stop.signal, condition, options);
    let error: unknown;
    const caught = ended.catch((reason: unknown) => {
      error = reason;
    });
    recorder.watch(caught);
    await replay.run(() => recorder.isOver);

    expect({
      startsMs: recorder.starts,
      endsMs: recorder.ends,
      returnedAtMs: recorder.returnedAt,
      result: inGo(error),
      panicHandlerCalls: recorder.panicHandlerCalls,
      randsUsed: random.used,
    }).toEqual({
      startsMs: expected.startsMs,
      endsMs: expected.endsMs,
      returnedAtMs: expected.returnedAtMs,
      result: expected.result,
      panicHandlerCalls: expected.panicHandlerCalls,
      randsUsed: expected.randsUsed,
    });
    if (expected.interrupted !== undefined) {
      expect(interrupted(error)).toBe(expected.interrupted);
    }
  });
}

function inGo(error: unknown): string {
  if (error === undefined) {
    return 'nil';
  }
  if (error instanceof WaitError) {
    return GO_ERRORS[error.code] as string;
  }
  return error instanceof Error ? error.message : `panicked: ${error as string}`;
}
