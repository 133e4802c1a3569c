import { expect, it } from '@jest/globals';
import { missingFrom } from '../../docs/page.js';
import { page } from '../support/page.js';
import type { Run } from '../support/recipe-project.js';

export function slowRunCases(run: Run): void {
  it('reports a run that was slow, and no other', async () => {
    const { output, findings } = await run('slow-runs');
    expect(missingFrom(output, page.outputOf('// slow-runs.ts'))).toEqual([]);
    expect(output.match(/ took /g)).toHaveLength(1);
    expect(findings).toEqual(['succeeded', 'failed']);
  });

  it('without it, reports none', async () => {
    const { output } = await run('slow-runs', ['slow-runs.ts', '[reportSlowRuns]', '[]']);
    expect(output).not.toContain(' took ');
  });
}
