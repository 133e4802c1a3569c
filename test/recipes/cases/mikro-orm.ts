import { expect, it } from '@jest/globals';
import { missingFrom } from '../../docs/page.js';
import { page } from '../support/page.js';
import type { Run } from '../support/recipe-project.js';
import { turns } from '../support/turns.js';

export function mikroOrmCases(run: Run): void {
  it('every run begins with an empty identity map, and sees its own entities only', async () => {
    const { findings } = await run('mikro-orm');
    expect(findings).toHaveLength(24);
    expect(findings).toEqual(
      expect.arrayContaining([
        ...turns((who, turn) => ({ who, turn, knownBefore: 0 })),
        ...turns((who, turn) => ({ who, turn, isSame: true, state: `taken by ${who}`, known: 1 })),
      ]),
    );
  });

  it('without it, a decorated loop cannot use the entity manager, and another shares that of a request', async () => {
    const { findings, output } = await run('mikro-orm', ['mikro-orm.ts', '[withEntityManager(orm)]', '[]']);
    expect(missingFrom(output, page.outputOf('// mikro-orm.ts'))).toEqual([]);
    expect(findings).toContainEqual({ who: 'import', turn: 2, knownBefore: 1 });
  });
}
