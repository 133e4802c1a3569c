import { execFileSync } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Project } from './support/project.js';

describe('the document that @nestjs/swagger makes of an application with the page', () => {
  let project: Project | undefined;
  beforeAll(() => {
    project = Project.create('module');
  });
  afterAll(() => project?.remove());

  it('has the routes of other controllers, and none of the page', () => {
    const printed = execFileSync(process.execPath, ['documented.mjs'], {
      cwd: project?.folder,
      encoding: 'utf8',
      timeout: 60_000,
    });
    const { paths } = JSON.parse(printed) as { paths: Record<string, unknown> };
    expect(Object.keys(paths)).toEqual(['/orders']);
  });
});
