import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { expectSentence } from './support/mistake.js';
import { tables } from './tables/index.js';

afterEach(() => {
  jest.restoreAllMocks();
});

describe.each(tables)('$who', ({ mistakes }) => {
  it.each(mistakes)('refuses $title', async (mistake) => {
    const setTimeout = jest.spyOn(globalThis, 'setTimeout');
    expectSentence(await mistake.provoke(), mistake);
    expect(setTimeout).not.toHaveBeenCalled();
  });
});
