import { expect, it } from '@jest/globals';
import { missingFrom } from '../../docs/page.js';
import { page } from '../support/page.js';
import type { Run } from '../support/recipe-project.js';
import { turns } from '../support/turns.js';

export function clsCases(run: Run): void {
  it('every run has a store of its own, and so has every request', async () => {
    const { findings } = await run('cls');
    expect(findings).toHaveLength(12);
    expect(findings).toEqual(
      expect.arrayContaining(
        turns((who, turn) => ({
          who,
          turn,
          found: 'nothing',
          id: who === 'request' ? expect.stringMatching(/^\w{8}$/) : `${who}, run ${turn}`,
          note: `${who} ${turn}`,
        })),
      ),
    );
    expect(new Set(findings.map((finding) => (finding as { id: string }).id)).size).toBe(12);
  });

  it('a crash handler sees the store of its run', async () => {
    const { output } = await run('cls');
    expect(missingFrom(output, page.outputOf('// cls.ts'))).toEqual([]);
    for (const loop of ['Orders.send', 'Mails.send', 'import']) {
      expect(output).toContain(`[${loop}, run 2] Error: boom of ${loop}\n`);
    }
  });

  it('without it, a run has no store', async () => {
    const { output } = await run('cls', ['cls.ts', '[withStore(cls)]', '[]']);
    expect(output).toMatch(/Orders\.send\] run 1 failed: .*No CLS context available/);
  });

  it("without ifNested, a loop that a request has started sees what is in the request's store", async () => {
    const { findings } = await run('cls', ['cls.ts', "{ ifNested: 'override' }, ", '']);
    expect(findings).toContainEqual(expect.objectContaining({ who: 'import', turn: 3, found: 'request 1' }));
  });
}
