import { describe, expect, it } from '@jest/globals';
import { keysOf } from '../../../src/leader-election/redis/redis-keys.js';

describe('keysOf', () => {
  it.each([
    ['leader', '{leader}:version'],
    ['app:leader', '{app:leader}:version'],
    ['{leader}', '{leader}:version'],
    ['app:{leader}:lease', 'app:{leader}:lease:version'],
  ])('gives the record %s the counter %s, with the same hash tag', (record, counter) => {
    expect(keysOf(record)).toEqual([record, counter]);
  });

  // Redis takes the text between the first `{` and the next `}` for the tag, unless that text is empty.
  it.each(['{', '}', 'a}b', '}a{', 'x{}', 'a{}b{c}', '{a', '{a}{b}', '{{a}}', '{a}}'])(
    'refuses the record %s',
    (record) => {
      expect(() => keysOf(record)).toThrow(expect.objectContaining({ code: 'WAIT_ERR_INVALID_OPTION' }));
    },
  );
});
