import { jest } from '@jest/globals';

/** Counts the objects of a global class that are made from now on, until `jest.restoreAllMocks()`. */
export function countMade(name: 'AbortController' | 'Date'): () => number {
  const Original = globalThis[name] as new (...args: unknown[]) => object;
  const spy = jest.spyOn(globalThis, name) as unknown as jest.Mock<(...args: unknown[]) => object>;
  spy.mockImplementation((...args) => new Original(...args));
  return () => spy.mock.calls.length;
}
