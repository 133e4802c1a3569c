import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { Page } from './page.js';
import { ReadersProject, SETUPS } from './readers-project.js';

jest.setTimeout(180_000); // compiles, and starts processes, which takes long on a busy machine

const testing = new Page('docs/testing.md');

describe.each(Object.entries(SETUPS))('the TypeScript of the page about tests, %s', (_, setup) => {
  let project: ReadersProject;
  let mistakes: string;

  beforeAll(async () => {
    project = await ReadersProject.create(setup, [testing], []);
    mistakes = await project.compile();
  });
  afterAll(() => project?.remove());

  it('compiles in every block', () => {
    expect(mistakes).toBe('');
    expect(project.files).toEqual(['outbox.spec.ts', 'invoices.spec.ts']);
  });

  it('has tests that jest runs, with its globals', async () => {
    const { code, output } = await project.runJest();
    expect(output).toContain('Tests:       3 passed, 3 total');
    expect(code).toBe(0);
  });
});
