import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { handleCrash, logCrash, neverStop, until, type CrashContext, type CrashHandler } from 'nestjs-wait';
import { FakeClock } from 'nestjs-wait/testing';
import { isAbort } from '../../../src/core/loop/crash.js';

const context: CrashContext = { name: 'X.tick', run: 17, stopping: false };
const boom = new Error('boom');

describe('handleCrash', () => {
  let logged: ReturnType<typeof jest.spyOn>;

  beforeEach(() => {
    logged = jest.spyOn(console, 'error').mockImplementation(() => undefined);
  });
  afterEach(() => logged.mockRestore());

  it('logs the loop, the run and the error unless it is told otherwise', () => {
    handleCrash(boom, context);
    expect(logged.mock.calls).toEqual([
      [expect.stringMatching(/^\[X\.tick\] run 17 failed: Error: boom\n    at /)],
    ]);
  });

  it('calls every handler in order with the error and where it happened', () => {
    const calls: unknown[] = [];
    const handler =
      (id: number): CrashHandler =>
      (error, where) =>
        void calls.push([id, error, where]);
    handleCrash(boom, context, { crashHandlers: [handler(1), handler(2)] });
    expect(calls).toEqual([
      [1, boom, context],
      [2, boom, context],
    ]);
  });

  it('rethrows after the handlers when it really crashes', () => {
    const handler = jest.fn();
    expect(() => handleCrash(boom, context, { crashHandlers: [handler], reallyCrash: true })).toThrow(boom);
    expect(handler).toHaveBeenCalledTimes(1);
  });

  it('lets out what a handler throws and skips the handlers after it', () => {
    const worse = new Error('worse');
    const skipped = jest.fn();
    const throwing = (): never => {
      throw worse;
    };
    expect(() => handleCrash(boom, context, { crashHandlers: [throwing, skipped] })).toThrow(worse);
    expect(skipped).not.toHaveBeenCalled();
  });

  it.each([undefined, null])('makes an error of %p, naming the loop and the run', (nothing) => {
    const seen: unknown[] = [];
    handleCrash(nothing, context, { crashHandlers: [(error) => void seen.push(error)] });
    expect(seen).toEqual([
      expect.objectContaining({
        code: 'WAIT_ERR_NOTHING_THROWN',
        message: expect.stringMatching(/Run 17 of X\.tick/),
      }),
    ]);
  });

  it.each([0, '', false])('hands on %p as it was thrown', (value) => {
    const seen: unknown[] = [];
    handleCrash(value, context, { crashHandlers: [(error) => void seen.push(error)] });
    expect(seen).toEqual([value]);
  });

  it.each([
    {
      title: 'an AbortError of a loop that was told to stop',
      name: 'AbortError',
      stopping: true,
      wantLogged: 0,
    },
    { title: 'an AbortError of a loop that goes on', name: 'AbortError', stopping: false, wantLogged: 1 },
    {
      title: 'a TimeoutError of a loop that was told to stop',
      name: 'TimeoutError',
      stopping: true,
      wantLogged: 1,
    },
  ])('logs $title $wantLogged times', ({ name, stopping, wantLogged }) => {
    logCrash(new DOMException('', name), { ...context, stopping });
    expect(logged).toHaveBeenCalledTimes(wantLogged);
  });
});

describe('a run that gives up because its loop was told to stop', () => {
  const mine = new Error('mine');
  const wrapped = (cause: unknown): Error => new Error('outer', { cause: new Error('inner', { cause }) });
  const circular = new Error('circular');
  circular.cause = circular;

  it.each([
    { title: "the signal's reason", error: mine, want: true },
    { title: 'an AbortError', error: new DOMException('', 'AbortError'), want: true },
    { title: 'a CanceledError', error: Object.assign(new Error(), { name: 'CanceledError' }), want: true },
    { title: 'code ABORT_ERR', error: Object.assign(new Error(), { code: 'ABORT_ERR' }), want: true },
    { title: 'code ERR_CANCELED', error: Object.assign(new Error(), { code: 'ERR_CANCELED' }), want: true },
    { title: 'the reason, wrapped twice', error: wrapped(mine), want: true },
    { title: 'an AbortError, wrapped twice', error: wrapped(new DOMException('', 'AbortError')), want: true },
    {
      title: 'one reason twice, as Promise.any does it',
      error: new AggregateError([mine, mine]),
      want: true,
    },
    { title: 'one abort and one failure', error: new AggregateError([mine, new Error('boom')]), want: false },
    { title: 'no error at all, as Promise.any of nothing', error: new AggregateError([]), want: false },
    { title: 'a plain error', error: new Error('boom'), want: false },
    { title: 'a plain error, wrapped twice', error: wrapped(new Error('boom')), want: false },
    { title: 'an error that is its own cause', error: circular, want: false },
    { title: 'nothing', error: undefined, want: false },
    { title: 'a text', error: 'boom', want: false },
  ])('has thrown $title -> $want', ({ error, want }) => {
    expect(isAbort(error, mine)).toBe(want);
  });

  it('is told in time, whatever the causes of its error are', () => {
    class Endless extends Error {
      override get cause(): Endless {
        return new Endless();
      }
    }
    expect(isAbort(new Endless(), mine)).toBe(false);
    const { proxy, revoke } = Proxy.revocable([], {});
    revoke();
    expect(isAbort(Object.assign(new Error('boom'), { errors: proxy }), mine)).toBe(false);
    expect(isAbort(null, null)).toBe(true);
  });

  it.each([new Error('mine'), new DOMException('The time is up.', 'TimeoutError'), 'a text'])(
    'has not failed, whatever the reason: %s',
    async (reason) => {
      const clock = new FakeClock();
      const stop = new AbortController();
      const handler = jest.fn();
      const f = async (): Promise<void> => {
        await clock.sleep(100);
        throw stop.signal.reason;
      };
      const done = until(f, 1000, stop.signal, { clock, crashHandlers: [handler], reallyCrash: true });
      stop.abort(reason);
      await clock.advance(100);
      await expect(done).resolves.toBeUndefined();
      expect(handler).not.toHaveBeenCalled();
    },
  );

  it('has failed when it throws an AbortError though nobody has told it to stop', async () => {
    const aborted = new DOMException('', 'AbortError');
    const options = { clock: new FakeClock(), crashHandlers: [], reallyCrash: true };
    await expect(until(() => Promise.reject(aborted), 1000, neverStop, options)).rejects.toBe(aborted);
  });
});
