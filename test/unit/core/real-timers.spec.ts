import { afterEach, expect, it, jest } from '@jest/globals';

afterEach(() => {
  jest.useRealTimers();
});

it('fake timers are noticed, even when they were there before the import', async () => {
  jest.useFakeTimers();
  const { areTimersReplaced } = await import('../../../src/core/time/real-timers.js');
  expect(areTimersReplaced()).toBe(true);

  jest.useRealTimers();
  expect(areTimersReplaced()).toBe(false);
});
