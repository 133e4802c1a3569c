import { getEventListeners } from 'node:events';
import { AsyncLocalStorage } from 'node:async_hooks';
import { runInNewContext } from 'node:vm';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import {
  Backoff,
  exponentialBackoff,
  exponentialBackoffWithContext,
  interrupted,
  neverStop,
  pollUntilContextCancel,
  pollUntilContextTimeout,
  waitForCacheSync,
  WaitError,
  type Clock,
  type ConditionResult,
  type TimerOptions,
} from 'nestjs-wait';
import { Trace } from './trace.js';

describe('polling', () => {
  const once = new Backoff({ duration: 1, steps: 1 });
  let trace: Trace;
  let ctx: AbortController;

  beforeEach(() => {
    trace = new Trace();
    ctx = new AbortController();
  });
  afterEach(() => {
    expect(trace.time.armedTimers).toBe(0);
    expect(getEventListeners(ctx.signal, 'abort')).toEqual([]);
  });

  /** A condition that gives these answers, the last one again and again. */
  function answers(...results: ConditionResult[]): () => ConditionResult {
    return () => {
      trace.note('check');
      return (results.length > 1 ? results.shift() : results[0]) ?? false;
    };
  }

  it('checks on a fixed grid until the condition is true', async () => {
    const polled = trace.ending(
      pollUntilContextCancel(ctx.signal, 100, false, answers(false, false, true), trace.options()),
    );
    await trace.time.advance(1000);
    await polled;
    expect(trace.events.filter(([, what]) => what !== 'arm')).toEqual([
      [100, 'check'],
      [200, 'check'],
      [300, 'check'],
      [300, 'stop'],
    ]);
  });

  it('ends with an error that the condition returns', async () => {
    const failed = new Error('no such thing');
    const polled = pollUntilContextCancel(ctx.signal, 100, true, answers(failed), trace.options());
    await expect(polled).rejects.toBe(failed);
    expect(interrupted(failed)).toBe(false);
  });

  it('takes a condition that throws for false, and tells the crash handlers of it', async () => {
    const crashes: string[] = [];
    let checks = 0;
    const condition = async (): Promise<boolean> => {
      if (++checks === 1) {
        throw new Error('boom');
      }
      return true;
    };
    const polled = pollUntilContextCancel(ctx.signal, 100, true, condition, {
      clock: trace.clock,
      crashHandlers: [(error, { name, run }) => crashes.push(`${name} ${run} ${(error as Error).message}`)],
    });
    await trace.time.advance(100);
    await polled;
    expect(crashes).toEqual(['condition 1 boom']);
  });

  it('rejects with the reason of the context as its cause', async () => {
    const reason = new Error('deployment rolled back');
    const polled = pollUntilContextCancel(ctx.signal, 100, true, answers(false), trace.options());
    polled.catch(() => undefined);
    await trace.time.advance(150);
    ctx.abort(reason);
    await expect(polled).rejects.toMatchObject({ code: 'WAIT_ERR_CANCELED', cause: reason });
  });

  it('rejects when the time is up, without a last check, and leaves no timer', async () => {
    const polled = trace.ending(
      pollUntilContextTimeout(ctx.signal, '100ms', '250ms', true, answers(false), trace.options()),
    );
    await trace.time.advance(1000);
    await polled;
    expect(trace.events.filter(([, what]) => what === 'check')).toHaveLength(3);
    expect(trace.events.at(-1)).toEqual([
      250,
      'crash',
      expect.objectContaining({ code: 'WAIT_ERR_DEADLINE_EXCEEDED' }),
    ]);
  });

  it('leaves no timer when the condition is true before the time is up', async () => {
    await pollUntilContextTimeout(ctx.signal, 100, 5000, true, answers(true), trace.options());
    expect(trace.time.armedTimers).toBe(0);
  });

  it('does not change the backoff that it is given', async () => {
    const backoff = new Backoff({ duration: 100, factor: 2, steps: 3 });
    const waited = exponentialBackoff(backoff, answers(false), trace.options());
    waited.catch(() => undefined);
    await trace.time.advance(1000);
    await expect(waited).rejects.toMatchObject({ code: 'WAIT_ERR_TIMED_OUT' });
    expect(backoff).toMatchObject({ duration: 100, steps: 3 });
    expect(trace.events.filter(([, what]) => what === 'check')).toHaveLength(3);
  });

  it('makes no check with a context that is cancelled already', async () => {
    ctx.abort();
    const backoff = new Backoff({ duration: 100, steps: 3 });
    await expect(
      exponentialBackoffWithContext(ctx.signal, backoff, answers(true), trace.options()),
    ).rejects.toMatchObject({ code: 'WAIT_ERR_CANCELED' });
    expect(trace.events).toEqual([]);
  });

  it.each([1, 'ok', {}, 0, '', undefined, null])('refuses a condition that returns %p', async (answer) => {
    const condition = async function isReady(): Promise<boolean> {
      return answer as boolean;
    };
    const polled = pollUntilContextCancel(ctx.signal, 100, true, condition, { clock: trace.clock });
    await expect(polled).rejects.toMatchObject({
      code: 'WAIT_ERR_INVALID_OPTION',
      message: expect.stringMatching(/^isReady: a condition must return true, false or an Error, not /),
    });
  });

  it('takes an Error of another realm for an answer, as Node makes one under jest', async () => {
    const foreign = runInNewContext('new Error("foreign")') as Error;
    const polled = pollUntilContextCancel(ctx.signal, 100, true, () => foreign, { clock: trace.clock });
    await expect(polled).rejects.toBe(foreign);
  });

  it.each(['immediate', 'initialDelay'])(
    'refuses the option %s, which its arguments decide',
    async (option) => {
      const options = { ...trace.options(), [option]: false };
      const check = jest.fn(() => true);
      const backoff = new Backoff({ duration: 1, steps: 3 });
      for (const polled of [
        pollUntilContextCancel(ctx.signal, 100, true, check, options),
        pollUntilContextTimeout(ctx.signal, 100, 1000, true, check, options),
        exponentialBackoff(backoff, check, options),
        backoff.delayFunc().until(ctx.signal, true, true, check, options),
      ]) {
        await expect(polled).rejects.toMatchObject({
          code: 'WAIT_ERR_INVALID_OPTION',
          message: expect.stringContaining(`no option '${option}'`),
        });
      }
      expect(check).not.toHaveBeenCalled();
    },
  );

  it('does not hold the process open with any of its timers when it is told not to', async () => {
    const made: (TimerOptions | undefined)[] = [];
    const clock: Clock = {
      now: () => trace.time.now(),
      newTimer: (fire, options) => {
        made.push(options);
        return trace.time.newTimer(fire);
      },
    };
    const options = { clock, unref: true };
    await pollUntilContextTimeout(ctx.signal, 100, 60_000, true, answers(true), options);
    expect(made.map((option) => option?.unref)).toEqual([true, true]);
  });

  it.each([
    ['no context', () => pollUntilContextTimeout(undefined as never, 1, 1, true, () => true)],
    ['no context for a backoff', () => exponentialBackoffWithContext(undefined as never, once, () => true)],
    ['no condition', () => exponentialBackoff(once, undefined as never)],
    ['no backoff', () => exponentialBackoff({ steps: 1 } as never, () => true)],
  ])('rejects by a clear error where there is %s', async (_title, start) => {
    await expect(start()).rejects.toMatchObject({ code: expect.stringMatching(/^WAIT_ERR_INVALID_/) });
  });

  it('names the loop in a crash of a condition that has no name', async () => {
    const names: string[] = [];
    const crashHandlers = [(_: unknown, context: { name: string }): void => void names.push(context.name)];
    const options = { clock: trace.clock, crashHandlers };
    let checks = 0;
    const polled = exponentialBackoff(
      new Backoff({ duration: 1, steps: 3 }),
      () => (++checks === 1 ? Promise.reject(new Error('boom')) : true),
      options,
    );
    await trace.time.advance(10);
    await polled;
    expect(names).toEqual(['loop']);
  });

  it('ends by its timeout in the asynchronous context of its own caller, whoever moves the clock', async () => {
    const context = new AsyncLocalStorage<string>();
    const seen: (string | undefined)[] = [];
    const check = (signal: AbortSignal): false => {
      signal.addEventListener('abort', () => seen.push(context.getStore()), { once: true });
      return false;
    };
    const polls = ['a', 'b'].map((name) =>
      context.run(name, () =>
        pollUntilContextTimeout(neverStop, 1000, 25, true, check, trace.options()).catch(() => undefined),
      ),
    );
    await trace.time.advance(25);
    await Promise.all(polls);
    expect(seen).toEqual(['a', 'b']);
  });

  it.each(['yes', 1, undefined, {}])('refuses a cache that answers %p', async (answer) => {
    await expect(waitForCacheSync(ctx.signal, () => answer as never, trace.options())).rejects.toMatchObject({
      code: 'WAIT_ERR_INVALID_OPTION',
      message: expect.stringMatching(
        /^waitForCacheSync: a condition must return true, false or an Error, not /,
      ),
    });
  });

  it('refuses a condition that is a generator, and one that is asked without a boolean for immediate', async () => {
    const condition = async function* condition(): AsyncGenerator {} as never;
    await expect(pollUntilContextCancel(ctx.signal, 1, true, condition)).rejects.toMatchObject({
      code: 'WAIT_ERR_INVALID_TARGET',
      message: expect.stringMatching(/^condition: a poll function needs a function to run, not a generator/),
    });
    const check = jest.fn(() => true);
    const options = { ...trace.options(), name: 'check' };
    await expect(
      pollUntilContextCancel(ctx.signal, 1, undefined as never, check, options),
    ).rejects.toMatchObject({
      code: 'WAIT_ERR_INVALID_OPTION',
      message: 'check: immediate must be true or false, not undefined.',
    });
    expect(check).not.toHaveBeenCalled();
  });

  it('ends by a context whose reason throws when it is read', async () => {
    const polled = pollUntilContextCancel(ctx.signal, 1000, true, () => false, trace.options());
    const reason = Object.defineProperty({}, 'name', {
      get: () => {
        throw new Error('it was looked at');
      },
    });
    const refused = expect(polled).rejects.toMatchObject({ code: 'WAIT_ERR_CANCELED' });
    await trace.time.advance(0);
    ctx.abort(reason);
    await refused;
    expect(interrupted(reason)).toBe(false);
  });

  it.each([[undefined], [null], [true], [() => true, 'yes'], [function* cache(): Generator {}]])(
    'refuses %p in the place of a cache',
    async (...caches) => {
      await expect(waitForCacheSync(ctx.signal, ...(caches as unknown as never[]))).rejects.toMatchObject({
        code: 'WAIT_ERR_INVALID_TARGET',
        message: expect.stringMatching(/^waitForCacheSync: cache \d must be a function/),
      });
    },
  );

  it('waits until all caches are synced, looking every 100 ms, and at no cache after one that is not', async () => {
    const looks: string[] = [];
    const first = (): boolean => (looks.push(`first ${trace.time.now()}`), trace.time.now() >= 200);
    const second = async (): Promise<boolean> => (looks.push(`second ${trace.time.now()}`), true);
    const synced = waitForCacheSync(ctx.signal, first, second, trace.options());
    await trace.time.advance(1000);
    await expect(synced).resolves.toBe(true);
    expect(looks).toEqual(['first 0', 'first 100', 'first 200', 'second 200']);
  });

  it('tells that the caches did not sync before the context was cancelled', async () => {
    const synced = waitForCacheSync(ctx.signal, () => false, trace.options());
    await trace.time.advance(250);
    ctx.abort();
    await expect(synced).resolves.toBe(false);
  });

  it.each([
    { error: new WaitError('WAIT_ERR_TIMED_OUT', ''), wantInterrupted: true },
    { error: new WaitError('WAIT_ERR_CANCELED', ''), wantInterrupted: true },
    { error: new WaitError('WAIT_ERR_DEADLINE_EXCEEDED', ''), wantInterrupted: true },
    { error: new DOMException('', 'AbortError'), wantInterrupted: true },
    { error: new DOMException('', 'TimeoutError'), wantInterrupted: true },
    { error: new WaitError('WAIT_ERR_INVALID_OPTION', ''), wantInterrupted: false },
    { error: new Error('boom'), wantInterrupted: false },
    { error: undefined, wantInterrupted: false },
  ])('calls $error interrupted: $wantInterrupted', ({ error, wantInterrupted }) => {
    expect(interrupted(error)).toBe(wantInterrupted);
  });
});
