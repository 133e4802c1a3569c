import { describe, expect, it } from '@jest/globals';
import { NoAnswer } from '../../../src/page/client/server/no-answer.js';
import { doubtWords } from '../../../src/page/client/words/doubt.js';
import { ago, ahead, countUp, duration } from '../../../src/page/client/words/elapsed.js';
import { newsOf, problemsOf, type Problems } from '../../../src/page/client/words/news.js';
import { historyWords } from '../../../src/page/client/words/outcomes.js';
import { forAllOf, pauseWords } from '../../../src/page/client/words/pause.js';
import { presentProblem, problemWords, remedyWords } from '../../../src/page/client/words/problem.js';
import { whyNoPause, whyNoTrigger } from '../../../src/page/client/words/refusals.js';
import { lastWords, nextWords, tookWords } from '../../../src/page/client/words/schedule.js';
import type { PageAction, PageLoop, PageProblem } from '../../../src/page/page-data.js';
import { at, failingLoop, NOW, pageLoop } from '../../support/page-client.js';

describe('durations in words', () => {
  it.each([
    [0, '0 ms'],
    [0.44, '0.4 ms'],
    [9.96, '10 ms'],
    [340.4, '340 ms'],
    [999.4, '999 ms'],
    [999.6, '1 s'],
    [1249, '1.2 s'],
    [9949, '9.9 s'],
    [9951, '10 s'],
    [59_499, '59 s'],
    [59_500, '1m'],
    [252_000, '4m 12s'],
    [3_600_000, '1h'],
    [3_605_000, '1h'],
    [7_500_000, '2h 5m'],
    [273_600_000, '3d 4h'],
  ])('%d ms took %s', (milliseconds, want) => {
    expect(duration(milliseconds)).toBe(want);
  });

  it.each([
    [-5, 'just now', 'now', '0 s'],
    [0, 'just now', 'now', '0 s'],
    [1, 'just now', 'in 1 s', '0 s'],
    [999, 'just now', 'in 1 s', '0 s'],
    [1001, '1 s ago', 'in 2 s', '1 s'],
    [59_999, '59 s ago', 'in 1m', '59 s'],
    [61_000, '1m 1s ago', 'in 1m 1s', '1m 1s'],
  ])('%d ms are %s, or %s', (milliseconds, wantAgo, wantAhead, wantUp) => {
    expect([ago(milliseconds), ahead(milliseconds), countUp(milliseconds)]).toEqual([
      wantAgo,
      wantAhead,
      wantUp,
    ]);
  });
});

describe('a problem in words', () => {
  it.each<[string, PageLoop, string]>([
    [
      'a hung run',
      pageLoop('X', {
        problem: 'hung',
        hung: true,
        runs: 41,
        hungAfter: 60_000,
        state: 'running',
        runningSince: at(-252_000),
      }),
      'Hung: run 41 has lasted 4m 12s; its hungAfter is 1m',
    ],
    [
      'several failures',
      failingLoop('X', {
        consecutiveFailures: 5,
        lastFailure: at(-12_000),
        lastSuccess: at(-240_000),
        nextStart: at(2500),
      }),
      'Failing: 5 failures in a row, the last 12 s ago, the last success 4m ago; next try in 3 s',
    ],
    [
      'one failure',
      failingLoop('X', { consecutiveFailures: 1, lastFailure: at(-500), nextStart: at(-1) }),
      'Failing: the last run failed just now; next try now',
    ],
    [
      'a failure whose next try is not known',
      failingLoop('X', { lastFailure: at(-1000) }),
      'Failing: 2 failures in a row, the last 1 s ago, no success yet; it will try again',
    ],
    [
      'a failing loop that runs',
      failingLoop('X', { state: 'running', lastFailure: at(-1000) }),
      'Failing: 2 failures in a row, the last 1 s ago, no success yet; it is running again',
    ],
    [
      'a failing loop that is paused',
      failingLoop('X', { state: 'paused', paused: true, lastFailure: at(-1000) }),
      'Failing: 2 failures in a row, the last 1 s ago, no success yet; it is paused',
    ],
    [
      'a loop that a crash has ended',
      failingLoop('X', { state: 'stopped', consecutiveFailures: 0, lastFailure: at(-3000) }),
      'Failing: it crashed 3 s ago, and has stopped',
    ],
    [
      'an overdue run',
      pageLoop('X', { problem: 'overdue', overdue: true, nextStart: at(-14_200) }),
      'Overdue by 14 s: the process is overloaded',
    ],
  ])('%s', (_, loop, want) => {
    expect(problemWords(loop.problem ?? 'hung', loop, NOW)).toBe(want);
  });

  it.each<[string, PageLoop, PageProblem | undefined]>([
    ['a run that hangs', pageLoop('X', { problem: 'hung', hung: true }), 'hung'],
    ['a run that has ended since', pageLoop('X', { problem: 'hung' }), undefined],
    ['a loop that fails', failingLoop('X'), 'failing'],
    ['a loop that has succeeded since', failingLoop('X', { consecutiveFailures: 0 }), undefined],
    ['a crash', failingLoop('X', { consecutiveFailures: 0, state: 'stopped' }), 'failing'],
    ['an overdue run', pageLoop('X', { problem: 'overdue', overdue: true }), 'overdue'],
    ['a run that has begun since', pageLoop('X', { problem: 'overdue' }), undefined],
    ['a loop that is well', pageLoop('X'), undefined],
  ])('is shown only while the figures of its row do not contradict it: %s', (_, loop, want) => {
    expect(presentProblem(loop)).toBe(want);
  });

  it('comes with what to do: for a loop that fails, that is its error, if it is shown', () => {
    expect(remedyWords('failing', failingLoop('X', { lastError: 'Error: no' }))).toBe('Error: no');
    expect(remedyWords('failing', failingLoop('X'))).toMatch(/^The log says why\. Pause the loop/);
    expect(remedyWords('failing', failingLoop('X', { state: 'stopped', lastError: 'no' }))).toMatch(
      /restart/,
    );
    expect(remedyWords('hung', pageLoop('X'))).toMatch(/what it waits for.* restart /);
    expect(remedyWords('overdue', pageLoop('X'))).toMatch(/blocks the event loop/);
  });
});

describe('the figures of a row', () => {
  it.each<[string, Partial<PageLoop>, [string, string, string]]>([
    ['before the first run', { nextStart: at(900) }, ['not yet', '', 'in 1 s']],
    [
      'between runs',
      { lastStart: at(-4000), lastDuration: 340, nextStart: at(1000) },
      ['4 s ago', 'took 340 ms', 'in 1 s'],
    ],
    [
      'during a run',
      { state: 'running', lastStart: at(-4000), runningSince: at(-4000), lastDuration: 340 },
      ['for 4 s', '340 ms before', 'after this run'],
    ],
    ['while it is paused', { state: 'paused', paused: true }, ['not yet', '', 'paused']],
    ['paused during a run', { state: 'running', paused: true }, ['not yet', '', 'paused']],
    ['on standby', { state: 'standby' }, ['not yet', '', 'on the leader']],
    ['stopped', { state: 'stopped' }, ['not yet', '', 'never']],
    ['overdue', { overdue: true, nextStart: at(-5000) }, ['not yet', '', 'overdue']],
  ])('%s', (_, other, want) => {
    const loop = pageLoop('X', other);
    expect([lastWords(loop, NOW), tookWords(loop), nextWords(loop, NOW)]).toEqual(want);
  });

  it('the last runs are counted by outcome', () => {
    expect(historyWords({ outcomes: '', durations: [] })).toBe('No run has ended yet');
    expect(historyWords({ outcomes: 'f', durations: [1] })).toBe('The last run: 1 failed');
    expect(historyWords({ outcomes: 'ssftak', durations: [1, 1, 1, 1, 1, 1] })).toBe(
      'The last 6 runs: 2 succeeded, 1 failed, 1 timed out, 1 aborted, 1 skipped',
    );
  });
});

describe('what a button would be refused for', () => {
  it.each<[string, Partial<PageLoop>, RegExp | undefined, RegExp | undefined]>([
    ['waiting', {}, undefined, undefined],
    ['running', { state: 'running' }, undefined, undefined],
    ['paused', { state: 'paused', paused: true }, undefined, undefined],
    ['standby', { state: 'standby', leaderOnly: 'default' }, undefined, /does not lead default/],
    ['stopped', { state: 'stopped' }, /has stopped/, /has stopped/],
    ['disabled', { state: 'stopped', enabled: false }, /is disabled/, /is disabled/],
  ])('%s', (_, other, wantPause, wantTrigger) => {
    const loop = pageLoop('X', other);
    expect(whyNoPause(loop) ?? '').toMatch(wantPause ?? /^$/);
    expect(whyNoTrigger(loop) ?? '').toMatch(wantTrigger ?? /^$/);
  });
});

describe('a pause in words', () => {
  it('says that another replica will run a leader-only loop', () => {
    expect(pauseWords(pageLoop('X', { leaderOnly: 'shop' }))).toBe(
      'The loop is paused on this replica; another one that takes the lease will run it.',
    );
    expect(pauseWords(pageLoop('X'))).toMatch(/Other replicas run it\.$/);
  });

  it('names the option that holds for all, with a name that needs escapes', () => {
    expect(forAllOf(pageLoop(String.raw`it's\x`))).toBe(
      String.raw`loops: { 'it\'s\\x': { enabled: false } }`,
    );
  });

  it('names the loop that a worker is one of, since only a loop has options', () => {
    expect(forAllOf(pageLoop('Jobs.pair#1', { loop: 'Jobs.pair' }))).toBe(
      "loops: { 'Jobs.pair': { enabled: false } }",
    );
  });
});

describe('an action without an answer', () => {
  const pause: PageAction = { loop: 'X', action: 'pause' };

  it.each<[string, PageAction, unknown, string]>([
    [
      'may have been done',
      pause,
      new NoAnswer('No.'),
      'No. So nobody knows whether X is paused: look at it when there is an answer.',
    ],
    [
      'may have been done, whatever it is',
      { loop: 'X', action: 'resume' },
      new NoAnswer('No.'),
      'No. So nobody knows whether X is resumed: look at it when there is an answer.',
    ],
    ['has not been done if it was refused', pause, new NoAnswer('Log in.', { isRefusal: true }), 'Log in.'],
    [
      'may come from a fault of the page',
      pause,
      new TypeError('x is no function'),
      'The page has a fault: TypeError: x is no function',
    ],
  ])('%s', (_, action, error, want) => {
    expect(doubtWords(action, error)).toBe(want);
  });
});

describe('what a screen reader is told', () => {
  const none = problemsOf(0, [pageLoop('A')]);
  const one = problemsOf(1, [pageLoop('A'), failingLoop('B')]);
  const other = problemsOf(1, [failingLoop('A'), pageLoop('B')]);
  const two = problemsOf(2, [failingLoop('A'), failingLoop('B')]);
  const five = problemsOf(
    5,
    ['A', 'B', 'C', 'D', 'E'].map((name) => failingLoop(name)),
  );
  const hidden = problemsOf(1, [pageLoop('A')]);

  it.each<[string, Problems, Problems, string | undefined]>([
    ['nothing while nothing changes', one, one, undefined],
    ['what has become worse', one, two, 'A is failing.'],
    ['what is worse now, although something else is better', one, other, 'A is failing.'],
    ['what has become better', two, one, '1 loop needs attention.'],
    ['that all is well again', one, none, 'All is well.'],
    ['only a number if it is much', none, five, '5 loops need attention.'],
    ['nothing if other loops are listed', { total: 1 }, one, undefined],
    [
      'a number if other loops are listed, and something is worse',
      { total: 1 },
      two,
      '2 loops need attention.',
    ],
    ['that a loop that is not listed is unwell', none, hidden, '1 loop needs attention.'],
    ['that a loop that was not listed is well again', hidden, none, 'All is well.'],
  ])('%s', (_, before, now, want) => {
    expect(newsOf(before, now)).toBe(want);
  });
});
