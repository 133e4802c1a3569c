import { describe, expect, it } from '@jest/globals';
import { filterOf } from '../../../src/page/page-query.js';

describe('filterOf', () => {
  it.each([
    [undefined, 500],
    ['1', 1],
    ['100', 100],
    ['500', 500],
    ['0', 500],
    ['501', 500],
    ['-1', 500],
    ['1.5', 500],
    ['1e2', 500],
    [' 7', 500],
    ['', 500],
    ['NaN', 500],
    ['99999999999999999999', 500],
  ])('takes the limit %p as %d', (limit, want) => {
    expect(filterOf({ limit }).limit).toBe(want);
  });

  it.each([
    [undefined, []],
    ['', []],
    [',', []],
    ['failing', ['failing']],
    ['failing,hung', ['failing', 'hung']],
    ['failing,,hung,', ['failing', 'hung']],
  ])('takes the states %p as %p', (state, want) => {
    expect(filterOf({ state }).states).toEqual(want);
  });

  it.each([
    [undefined, ''],
    ['Out', 'out'],
    ['  Every 5S ', 'every 5s'],
  ])('looks for %p as %p', (q, want) => {
    expect(filterOf({ q }).text).toBe(want);
  });
});
