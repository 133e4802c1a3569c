import { inspect } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { show } from '../../../src/core/values/show.js';
import { oddValues } from '../../support/odd-values.js';

const boom = (): never => {
  throw new Error('boom');
};

describe('a value in the text of an error', () => {
  it.each<[title: string, value: unknown, want: string]>([
    ['a string', '5', "'5'"],
    ['the address of a database', 'postgres://app:secret@db/app', "'postgres://app:…@db/app'"],
    ['a bigint', 5n, '5n'],
    ['an object', { a: { b: { c: 1 } } }, '{ a: { b: [Object] } }'],
    ['a null-prototype object', Object.create(null), '[Object: null prototype] {}'],
    ['an error, without its stack', new TypeError('no'), '[TypeError: no]'],
    ['a promise, without what async hooks hang on it', Promise.resolve({ token: 'x' }), 'a Promise'],
    ['a long text, cut', 'x'.repeat(5000), `'${'x'.repeat(98)}…`],
    ['what would forge a line', new Error('a\n\x1b[31mERROR'), '[Error: a \\u001b[31mERROR]'],
    ['an object that inspects itself and throws', { [inspect.custom]: boom }, '<unreadable object>'],
    [
      'an error that throws',
      Object.defineProperty(new Error(), 'name', { get: boom }),
      '<unreadable object>',
    ],
    ['a function that throws', Object.assign(() => 1, { [inspect.custom]: boom }), '<unreadable function>'],
  ])('is shown: %s', (_title, value, want) => {
    expect(show(value)).toBe(want);
  });

  it.each(Object.entries(oddValues()))('has one line of bounded length: %s', (_title, value) => {
    expect(show(value)).toMatch(/^[^\p{Cc}]{1,100}$/u);
  });
});
