import { expect, it } from '@jest/globals';
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
    expect(output).toMatch(/First\.tick\] run 1 failed: Using global EntityManager instance methods/);
    expect(findings).toContainEqual({ who: 'started', turn: 2, knownBefore: 1 });
  });
}
