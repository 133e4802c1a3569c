import { describe, expect, it } from '@jest/globals';
import { filterOf, refuseQuery } from '../../../src/page/page-query.js';

describe('filterOf', () => {
  it.each([
    [undefined, undefined],
    ['1', 1],
    ['100', 100],
    ['500', 500],
    ['0', undefined],
    ['501', undefined],
    ['-1', undefined],
    ['1.5', undefined],
    ['1e2', undefined],
    [' 7', undefined],
    ['', undefined],
    ['NaN', undefined],
    ['99999999999999999999', undefined],
  ])('takes the limit %p as %p', (limit, want) => {
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

describe('refuseQuery', () => {
  it.each([undefined, '', ',', 'failing', 'failing,,hung,'])('takes the states %p', (state) => {
    expect(refuseQuery({ state })).toBeUndefined();
  });

  it.each([
    ['broken', "'broken'"],
    ['failing,broken,wrong', "'broken'"],
    ['Failing', "'Failing'"],
    ['failing, hung', "' hung'"],
    ['toString', "'toString'"],
  ])('says which of the states %p does not exist', (state, want) => {
    expect(refuseQuery({ state })).toBe(
      `There is no state ${want}. The states are running, waiting, paused, standby, stopped, hung, failing, overdue.`,
    );
  });
});
