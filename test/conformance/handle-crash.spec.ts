import { expect, jest } from '@jest/globals';
import { handleCrash, logCrash, type CrashContext, type CrashHandler } from 'nestjs-wait';
import { replayAll, vectors } from './vectors.js';

const PANIC_VALUES = {
  nil: undefined,
  // Go's http.ErrAbortHandler; here what is no failure is the AbortError of a loop that was told to stop.
  errAbortHandler: new DOMException('This operation was aborted.', 'AbortError'),
  string: 'boom',
  error: new Error('boom-error'),
  object: { code: 7 },
};

// `panic(nil)` is swallowed in v0.19.4, and an error of its own in the newest; ours is as the newest.
replayAll('handleCrash', 13, vectors.handleCrash, (scenario) => {
  const { reallyCrash, panicValue, defaultLogger, panicHandlers, additionalHandlers } = scenario;
  const wanted = scenario.expectedNewest ?? scenario.expected;
  const log = jest.spyOn(console, 'error').mockImplementation(() => {});
  const order: string[] = [];
  const seen: unknown[] = [];
  const named = [...panicHandlers, ...additionalHandlers].map((name): CrashHandler => (error) => {
    order.push(name);
    seen.push(error);
    if (name === scenario.handlerThatPanics) {
      throw new Error('handlerPanic');
    }
  });
  const crashHandlers = [...(defaultLogger ? [logCrash] : []), ...named];
  const context: CrashContext = { name: 'loop', run: 1, stopping: panicValue === 'errAbortHandler' };

  let escapedValue = 'none';
  if (panicValue !== 'none') {
    try {
      handleCrash(PANIC_VALUES[panicValue], context, { crashHandlers, reallyCrash });
    } catch (error) {
      escapedValue = describe(error, panicValue);
    }
  }
  expect({
    handlerOrder: order,
    handlersSawOriginalValue:
      panicValue === 'none' || seen.every((error) => error === PANIC_VALUES[panicValue]),
    escapedValue,
    logged: log.mock.calls.length > 0,
    callerContinued: escapedValue === 'none',
  }).toEqual({
    handlerOrder: wanted.handlerOrder,
    handlersSawOriginalValue: wanted.handlersSawOriginalValue,
    escapedValue: wanted.escapedValue,
    logged: wanted.logged,
    callerContinued: wanted.callerContinued,
  });
  log.mockRestore();
});

function describe(error: unknown, panicValue: keyof typeof PANIC_VALUES): string {
  if (error === PANIC_VALUES[panicValue]) {
    return 'original';
  }
  const { code, message } = error as { code?: string; message: string };
  return code === 'WAIT_ERR_NOTHING_THROWN' ? 'other: *runtime.PanicNilError' : message;
}
