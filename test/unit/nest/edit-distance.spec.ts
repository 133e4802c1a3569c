import { describe, expect, it } from '@jest/globals';
import { editDistance } from '../../../src/nest/run/edit-distance.js';

describe('editDistance', () => {
  it.each([
    { one: '', other: '', want: 0 },
    { one: '', other: 'abc', want: 3 },
    { one: 'flush', other: 'flush', want: 0 },
    { one: 'flsh', other: 'flush', want: 1 },
    { one: 'fllush', other: 'flush', want: 1 },
    { one: 'flash', other: 'flush', want: 1 },
    { one: 'fulsh', other: 'flush', want: 2 },
    { one: 'kitten', other: 'sitting', want: 3 },
  ])("is $want between '$one' and '$other', both ways", ({ one, other, want }) => {
    expect([editDistance(one, other), editDistance(other, one)]).toEqual([want, want]);
  });
});
