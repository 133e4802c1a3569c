import { describe, expect, it } from '@jest/globals';
import { WaitError } from 'nestjs-wait';
import { messageOf, oneLine, reasonOf, stackOf, summaryOf } from '../../../src/core/values/error-text.js';
import { formatElapsed } from '../../../src/core/time/duration.js';

/** An error with a stack of its own making. */
function errorWith(message: string, stack: string): Error {
  return Object.assign(new Error(message), { stack });
}

describe('oneLine', () => {
  it.each([
    ['plain', 'plain'],
    ['a\nb\r\tc', 'a\\nb\\r\\tc'],
    ['\u001b[31mred', '\\u001b[31mred'],
    ['\u0000\u007f\u009b\u2028\u2029', '\\u0000\\u007f\\u009b\\u2028\\u2029'],
    ['\u200e\u200f\u202a\u202e', '\\u200e\\u200f\\u202a\\u202e'],
    ['\u2066\u2069', '\\u2066\\u2069'],
    ['\u200d\u202f\u2065\u206a', '\u200d\u202f\u2065\u206a'],
    ['é 漢 😀 100%s', 'é 漢 😀 100%s'],
  ])('%j becomes %j', (text, want) => {
    expect(oneLine(text)).toBe(want);
  });
});

describe('reasonOf', () => {
  it.each<[what: string, thrown: unknown, want: string]>([
    ['an error without a cause', new Error('boom'), 'boom'],
    [
      'an error that hides its cause',
      new TypeError('fetch failed', { cause: new Error('connect ECONNREFUSED') }),
      'fetch failed (caused by: connect ECONNREFUSED)',
    ],
    [
      'a cause that the message already tells',
      new Error('no lease: boom', { cause: new Error('boom') }),
      'no lease: boom',
    ],
    [
      'the cause of a cause',
      new Error('first', { cause: new Error('second', { cause: new Error('third') }) }),
      'first (caused by: second) (caused by: third)',
    ],
    [
      'a list of errors, as of a host with two addresses',
      Object.assign(new AggregateError([new Error('refused ::1'), new Error('refused 127.0.0.1')], ''), {
        code: 'ECONNREFUSED',
      }),
      'refused ::1; refused 127.0.0.1',
    ],
    [
      'an error of this package, which tells its cause itself',
      new WaitError('WAIT_ERR_LEADER_ELECTION', 'no lease: refused', { cause: new Error('a:secret@db') }),
      'no lease: refused',
    ],
    ['what is no error', 5, '5'],
  ])('tells %s', (_what, thrown, want) => {
    expect(reasonOf(thrown)).toBe(want);
  });

  it('ends with an error that is its own cause', () => {
    const error = new Error('round');
    error.cause = error;
    expect(reasonOf(error)).toBe('round');
  });
});

describe('messageOf', () => {
  it.each<[thrown: unknown, want: string]>([
    [new Error('boom'), 'boom'],
    [new Error('a\nb'), 'a\\nb'],
    [new TypeError(''), 'TypeError'],
    [Object.assign(new AggregateError([]), { code: 'ECONNREFUSED' }), 'AggregateError [ECONNREFUSED]'],
    ['boom', "'boom'"],
    [42, '42'],
    [{ a: 1 }, '{ a: 1 }'],
    [Object.create(null), '[Object: null prototype] {}'],
    [undefined, 'undefined'],
  ])('of %p is %p', (thrown, want) => {
    expect(messageOf(thrown)).toBe(want);
  });
});

describe('stackOf', () => {
  it('leaves out frames of this package, and those of Node that lead to it', () => {
    const ownFile = new URL('../../../src/core/loop/loop.ts', `file://${__filename}`).pathname;
    const frames = [
      'at Outbox.flush (/app/src/outbox.ts:12:3)',
      `at Loop.run (${ownFile}:146:30)`,
      'at AsyncResource.runInAsyncScope (node:async_hooks:206:9)',
      'at process.processTicksAndRejections (node:internal/process/task_queues:95:5)',
      'at TCPConnectWrap.afterConnect [as oncomplete] (node:net:1555:16)',
    ];
    const error = errorWith('boom', ['Error: boom', ...frames.map((frame) => `    ${frame}`)].join('\n'));
    expect(stackOf(error)).toBe(['Error: boom', `    ${frames[0]}`, `    ${frames[4]}`].join('\n'));
  });

  it('takes no line of a message for a frame', () => {
    const message = 'boom\n    at forged (/etc/passwd:1:1)';
    const error = errorWith(message, `Error: ${message}\n    at real (/app/a.ts:1:1)`);
    expect(stackOf(error)).toBe('Error: boom\\n    at forged (/etc/passwd:1:1)\n    at real (/app/a.ts:1:1)');
  });

  it('keeps the frames of an error whose message was changed later', () => {
    const error = errorWith('boom', 'Error: boom\n    at a (/a.ts:1:1)');
    error.message = 'request 17 of the application has failed: boom and more';
    expect(stackOf(error)).toBe(
      'Error: request 17 of the application has failed: boom and more\n    at a (/a.ts:1:1)',
    );
  });

  it('shows nothing that is deep in what is no error', () => {
    const request = { headers: { Authorization: 'Bearer secret' } };
    expect(stackOf({ message: 'request failed', config: request })).toBe('no Error: request failed');
    expect(stackOf({ status: 500, config: request })).toBe('{ status: 500, config: [Object] }');
  });

  it('has the causes, and the errors of an AggregateError, each once', () => {
    const inner = errorWith('inner', 'Error: inner\n    at b (/b.ts:1:1)');
    const first = errorWith('first', 'Error: first');
    const all = Object.assign(new AggregateError([first, inner], 'all'), { stack: 'AggregateError: all' });
    const outer = errorWith('outer', 'Error: outer\n    at a (/a.ts:1:1)');
    outer.cause = all;
    inner.cause = outer; // round in a circle
    expect(stackOf(outer)).toBe(
      [
        'Error: outer',
        '    at a (/a.ts:1:1)',
        '  caused by: AggregateError: all',
        '  one of: Error: first',
        '  one of: Error: inner',
        '    at b (/b.ts:1:1)',
      ].join('\n'),
    );
  });

  it('has at most ten causes', () => {
    let error = errorWith('0', 'Error: 0');
    for (let depth = 1; depth < 100; depth++) {
      error = Object.assign(errorWith(`${depth}`, `Error: ${depth}`), { cause: error });
    }
    expect(stackOf(error).split('\n')).toHaveLength(10);
  });

  it('has the code of an error where its message does not', () => {
    expect(stackOf(Object.assign(errorWith('boom', ''), { code: 'E_BOOM' }))).toBe('Error: boom [E_BOOM]');
    expect(stackOf(Object.assign(errorWith('E_BOOM: x', ''), { code: 'E_BOOM' }))).toBe('Error: E_BOOM: x');
  });
});

describe('summaryOf', () => {
  it.each<[thrown: unknown, want: object]>([
    [new TypeError('boom'), { name: 'TypeError', message: 'boom' }],
    [Object.assign(new Error('boom'), { code: 7 }), { name: 'Error', message: 'boom', code: 7 }],
    ['boom', { name: 'string', message: "'boom'" }],
    [undefined, { name: 'undefined', message: 'undefined' }],
  ])('of %p is %p', (thrown, want) => {
    expect(summaryOf(thrown)).toEqual(want);
  });
});

describe('formatElapsed', () => {
  it.each([
    [0, '0ms'],
    [0.4, '0ms'],
    [304.2, '304ms'],
    [999.7, '1s'],
    [2460, '2.5s'],
    [9999, '10s'],
    [25_003, '25s'],
    [59_999, '1m'],
    [187_243, '3m7s'],
    [180_000, '3m'],
    [3_600_000, '1h'],
    [7_505_000, '2h5m'],
    [90_061_000, '1d1h'],
    [86_460_000, '1d'],
  ])('writes %d ms as %s', (milliseconds, want) => {
    expect(formatElapsed(milliseconds)).toBe(want);
  });
});
