import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { handleCrash, logCrash, type CrashContext, type CrashHandler } from 'nestjs-wait';

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
    expect(logged.mock.calls).toEqual([['[X.tick] run 17 failed:', boom]]);
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
