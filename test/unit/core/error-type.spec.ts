import { describe, expect, it } from '@jest/globals';
import { errorTypeOf } from '../../../src/core/values/error-type.js';

class QueryFailedError extends Error {
  override readonly name = 'QueryFailedError';
}

describe('errorTypeOf', () => {
  it.each([
    {
      title: 'an error of Node: its code',
      thrown: { name: 'Error', code: 'ECONNREFUSED' },
      want: 'ECONNREFUSED',
    },
    {
      title: 'an error with a class of its own: its name',
      thrown: new QueryFailedError('no'),
      want: 'QueryFailedError',
    },
    {
      title: 'a DOMException, whose code is a number',
      thrown: new DOMException('no', 'AbortError'),
      want: 'AbortError',
    },
    {
      title: 'an error of a database, whose code is no word',
      thrown: { name: 'error', code: '23505' },
      want: 'error',
    },
    { title: 'a text', thrown: 'no', want: 'string' },
    { title: 'undefined', thrown: undefined, want: 'WAIT_ERR_NOTHING_THROWN' },
    { title: 'null', thrown: null, want: 'WAIT_ERR_NOTHING_THROWN' },
    { title: 'an error whose name is a message', thrown: { name: 'tenant 17 failed' }, want: '_OTHER' },
    { title: 'an error whose name is too long', thrown: { name: 'E'.repeat(62) }, want: '_OTHER' },
    { title: 'an error whose code has an id', thrown: { name: 'Error', code: 'TENANT-17' }, want: 'Error' },
  ])('returns for $title', ({ thrown, want }) => {
    expect(errorTypeOf(thrown)).toBe(want);
  });
});
