import { describe, expect, it } from '@jest/globals';
import { isInView, readView, writeView } from '../../../src/page/client/state/view.js';
import type { PageLoop, PageState } from '../../../src/page/page-data.js';
import { failingLoop, pageLoop } from '../../support/page-client.js';

describe('what somebody looks at', () => {
  it.each([
    ['nothing chosen', { q: '' }, ''],
    [
      'everything chosen',
      { state: 'failing', q: 'out', loop: 'Outbox.flush' },
      '#state=failing&q=out&loop=Outbox.flush',
    ],
    ['a name that needs escapes', { q: '', loop: 'a&b=c#é 🙂' }, '#loop=a%26b%3Dc%23%C3%A9+%F0%9F%99%82'],
  ] as const)('is kept in the hash: %s', (_, view, want) => {
    expect(writeView(view)).toBe(want);
    expect(readView(want)).toEqual({ state: undefined, loop: undefined, ...view });
  });

  it('is everything if the hash says something else', () => {
    expect(readView('#state=toString&x=1')).toEqual({ state: undefined, q: '', loop: undefined });
    expect(readView('#%E0%A4%A')).toMatchObject({ q: '' });
  });

  it.each([
    ['the name, whatever its case', { q: ' OUT ' }, true],
    ['the schedule', { q: 'EVERY' }, true],
    ['neither', { q: 'mail' }, false],
    ['its state', { q: '', state: 'waiting' }, true],
    ['its problem', { q: '', state: 'failing' }, true],
    ['another problem', { q: '', state: 'hung' }, false],
    ['another state', { q: '', state: 'running' }, false],
    ['the name, but not the state', { q: 'out', state: 'running' }, false],
  ] as const)('finds a loop by %s', (_, view, want) => {
    expect(isInView(failingLoop('Outbox.flush'), view)).toBe(want);
  });

  it.each<[string, Partial<PageLoop>, PageState, boolean]>([
    ['a hung run', { problem: 'hung', state: 'running' }, 'hung', true],
    ['a hung run, by its state', { problem: 'hung', state: 'running' }, 'running', true],
    ['an overdue run', { problem: 'overdue' }, 'overdue', true],
    ['a crashed loop, whose runs had succeeded', { problem: 'failing', state: 'stopped' }, 'failing', true],
    ['a loop that stands by after failures', { consecutiveFailures: 2, state: 'standby' }, 'failing', false],
    ['a failing loop that is overdue', { problem: 'failing', overdue: true }, 'overdue', false],
  ])('is filtered as the server filters: %s', (_, loop, state, want) => {
    expect(isInView(pageLoop('X', loop), { q: '', state })).toBe(want);
  });
});
