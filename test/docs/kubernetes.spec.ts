import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { Page } from './page.js';
import { ReadersProject, SETUPS } from './readers-project.js';

jest.setTimeout(180_000); // compiles, and starts a process, which takes long on a busy machine

const page = new Page('docs/kubernetes.md');

describe.each(Object.entries(SETUPS))('the page about Kubernetes, %s', (_, setup) => {
  let project: ReadersProject;

  beforeAll(async () => {
    project = await ReadersProject.create(setup, [page], []);
    expect(await project.compile()).toBe('');
    // Each of these runs below. One more block needs one more test.
    expect(project.files).toEqual(['without-nest.ts']);
  });
  afterAll(() => project?.remove());

  it('runs without Nest, and prints what the page shows', async () => {
    await expect(project.run(['without-nest.js'])).resolves.toEqual({
      code: 0,
      output: page.outputOf('// without-nest.ts'),
    });
  });
});
