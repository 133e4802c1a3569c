import { afterEach, expect, it, jest } from '@jest/globals';
import { browserClock } from '../../../src/page/client/time/browser-clock.js';

afterEach(() => void jest.useRealTimers());

it('does not fire at once after a delay that is too long for a browser', () => {
  jest.useFakeTimers();
  const setTimeout = jest.spyOn(globalThis, 'setTimeout');
  const timer = browserClock.newTimer(() => {});
  timer.reset(5_184_000_000);
  timer.reset(2000);
  expect(setTimeout.mock.calls.map(([, delay]) => delay)).toEqual([2_147_483_647, 2000]);
});
