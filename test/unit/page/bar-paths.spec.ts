import { describe, expect, it } from '@jest/globals';
import { barPaths } from '../../../src/page/client/parts/bar-paths.js';

describe('the bars of the last runs', () => {
  it('are as high as their duration on a logarithmic scale, the newest at the right', () => {
    expect(barPaths({ outcomes: 'sss', durations: [0, 9, 99] })).toEqual({
      s: 'M136 27V23h3V27ZM141 27V15h3V27ZM146 27V7h3V27Z',
    });
  });

  it('differ in shape: a failure has a cap, a skipped run is a dot, others are hollow', () => {
    expect(barPaths({ outcomes: 'ftak', durations: [1, 1, 1, 0] })).toEqual({
      f: 'M131 27V7h3V27ZM131 5v-3h3v3Z',
      t: 'M136.5 26.5V7.5h2V26.5ZM136 5v-3h3v3Z',
      a: 'M141.5 26.5V7.5h2V26.5Z',
      k: 'M146 24h3v3h-3Z',
    });
  });

  it('are none before the first run has ended', () => {
    expect(barPaths({ outcomes: '', durations: [] })).toEqual({});
  });

  it('are at most 30, and only these set the scale', () => {
    const durations = [1e9, ...Array.from({ length: 30 }, () => 5)];
    const { s = '' } = barPaths({ outcomes: 's'.repeat(31), durations });
    expect(s.match(/V7h3/g)).toHaveLength(30);
    expect(s).toMatch(/^M1 27/);
  });
});
