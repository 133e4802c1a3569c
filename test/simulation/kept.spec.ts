import { describe, expect, it } from '@jest/globals';
import { KEPT_HISTORIES } from './kept-histories.js';
import { simulate } from './simulation.js';

describe('a history that an earlier elector did not survive', () => {
  it.each(KEPT_HISTORIES)('is survived now: $fault', async ({ history }) => {
    const { violations } = await simulate(history);
    expect(violations).toEqual([]);
  });
});
