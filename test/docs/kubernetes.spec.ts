import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { vectors, type Scenario } from '../conformance/vectors.js';
import { Page } from './page.js';
import { ReadersProject, SETUPS } from './readers-project.js';

jest.setTimeout(180_000); // compiles, and starts processes, which takes long on a busy machine

const page = new Page('docs/kubernetes.md');

describe.each(Object.entries(SETUPS))('the page about Kubernetes, %s', (_, setup) => {
  let project: ReadersProject;

  beforeAll(async () => {
    project = await ReadersProject.create(setup, [page], ['kubernetes']);
    expect(await project.compile()).toBe('');
    // Each of these runs below. One more block needs one more test.
    expect(project.files).toEqual(['as-in-go.ts', 'without-nest.ts']);
  });
  afterAll(() => project?.remove());

  it.each([
    ['as in Go', 1, 'Error: boom'],
    ['our defaults', 0, 'the process goes on'],
  ])('%s, a run that throws ends its process with code %i', async (options, wantCode, wantOutput) => {
    await expect(project.run(['as-in-go.mjs', options, 'throw'])).resolves.toEqual({
      code: wantCode,
      output: expect.stringContaining(wantOutput),
    });
  });

  it.each([
    ['as in Go', 'this replica'],
    ['our defaults', ''],
  ])("%s, the lease is held by '%s' after a shutdown", async (options, wantHolder) => {
    await expect(project.run(['as-in-go.mjs', options, 'close'])).resolves.toEqual({
      code: 0,
      output: `held by '${wantHolder}'\n`,
    });
  });

  it('runs without Nest, and prints what the page shows', async () => {
    await expect(project.run(['without-nest.js'])).resolves.toEqual({
      code: 0,
      output: page.outputOf('// without-nest.ts'),
    });
  });
});

describe('the figures of the page about Kubernetes', () => {
  const { polls, ...others } = vectors;
  const rest = Object.values(others).filter(Array.isArray).flat() as Scenario[];
  const left = page.text.slice(page.text.indexOf('## What is not here'));

  it('are those of the recorded traces', () => {
    const deprecated = polls.filter(({ api }) => new RegExp(`\`${api}\`[^.]* deprecated`, 's').test(left));
    const overflows = rest.filter(({ platform }) => platform !== undefined);
    const all = polls.length + rest.length;
    const replayed = all - deprecated.length - overflows.length;
    expect([all, replayed, deprecated.length, overflows.length]).toEqual([550, 502, 47, 1]);
    expect(left.replaceAll(/\s+/g, ' ')).toMatch(/550 traces.* 502 of them.* other 48 .* 47 are .* and one /);
  });

  it('are no different for the loops of the newest Kubernetes', () => {
    expect(vectors.loops.filter((scenario) => 'expectedNewest' in scenario)).toEqual([]);
  });
});
