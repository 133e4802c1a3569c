import { describe, expect, it } from '@jest/globals';
import { heldOrder, orderOf } from '../../../src/page/client/state/order.js';
import { failingLoop, pageLoop } from '../../support/page-client.js';

describe('the order of the rows', () => {
  it('puts problems first, and otherwise is that of the server', () => {
    const loops = [failingLoop('C'), failingLoop('A'), pageLoop('D'), pageLoop('B')];
    expect(orderOf(loops)).toEqual({ attention: ['C', 'A'], others: ['D', 'B'] });
  });

  it('keeps a mended loop among the problems while it is paused or open', () => {
    const paused = pageLoop('A', { paused: true, state: 'paused' });
    const before = { attention: ['A', 'B', 'C'], others: ['D'] };
    const loops = [paused, pageLoop('B'), pageLoop('C'), pageLoop('D', { paused: true, state: 'paused' })];
    expect(orderOf(loops, before, 'B')).toEqual({ attention: ['A', 'B'], others: ['C', 'D'] });
  });

  it('stays while it is held, even if a loop starts to fail or is mended', () => {
    const held = { attention: ['A'], others: ['B', 'C'] };
    expect(heldOrder(held, [failingLoop('C'), pageLoop('A'), pageLoop('B')])).toEqual(held);
  });

  it('loses what is gone and gets what is new at its end, while it is held', () => {
    const held = { attention: ['A', 'B'], others: ['C', 'D'] };
    const loops = [failingLoop('E'), failingLoop('B'), pageLoop('D')];
    expect(heldOrder(held, loops)).toEqual({ attention: ['B'], others: ['D', 'E'] });
  });
});
