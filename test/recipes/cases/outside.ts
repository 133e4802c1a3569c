import { expect, it } from '@jest/globals';
import type { Run } from '../support/recipe-project.js';
import { turns } from '../support/turns.js';

export function outsideCases(run: Run): void {
  it('a loop that a request has started does not see the context of the request', async () => {
    const { findings } = await run('outside');
    const wantOf = {
      'Orders.send': 'nothing',
      'Mails.send': 'nothing',
      import: 'nothing',
      request: 'of a request',
    };
    expect(findings).toHaveLength(12);
    expect(findings).toEqual(
      expect.arrayContaining(turns((who, turn) => ({ who, turn, sees: wantOf[who] }))),
    );
  });

  it('without it, that loop sees the context of the request as long as it lives', async () => {
    const { findings } = await run('outside', ['apps/outside.ts', '[outOfTheRequest]', '[]']);
    expect(findings).toContainEqual({ who: 'import', turn: 3, sees: 'of a request' });
    expect(findings).toContainEqual({ who: 'Orders.send', turn: 3, sees: 'nothing' });
  });
}
