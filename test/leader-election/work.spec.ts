import { expect, it } from '@jest/globals';
import { disorder, overlap, Work } from './support/work.js';

/** A candidate that works every 5 ms in `[begin, end)`. */
function worksIn(work: Work, begin: number, end: number): void {
  for (let at = begin; at < end; at += 5) {
    work.pieces.push(at);
  }
}

it('sees for how long two candidates work at once', () => {
  const [a, b] = [new Work('a'), new Work('b')];
  worksIn(a, 0, 101);
  worksIn(b, 91, 200);
  expect(overlap([a, b])).toBe(10);
});

it('sees no overlap of one candidate with itself, nor where one works after the other', () => {
  const [a, b] = [new Work('a'), new Work('b')];
  worksIn(a, 0, 101);
  worksIn(b, 101, 200);
  worksIn(a, 300, 400);
  expect(overlap([a, b])).toBe(0);
});

it('sees a single piece of work within the work of another', () => {
  const [a, b] = [new Work('a'), new Work('b')];
  worksIn(a, 0, 100);
  b.pieces.push(52);
  expect(overlap([a, b])).toBe(1);
});

it.each([
  ['grow', [1n, 5n, 12n], []],
  ['stay the same', [5n, 5n], ['b began with token 5 after a began with 5']],
  ['shrink', [5n, 10n, 9n], ['a began with token 9 after b began with 10']],
])('sees whether tokens %s from term to term', (_tokens, tokens, wantFaults) => {
  const works = [new Work('a'), new Work('b')];
  tokens.forEach((token, at) => works[at % 2]!.terms.push({ at, token }));
  expect(disorder(works)).toEqual(wantFaults);
});
