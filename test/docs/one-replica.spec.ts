import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { Engine } from '../leader-election/support/engines/engine.js';
import { POSTGRES, postgres } from '../leader-election/support/engines/postgres.js';
import { Page } from './page.js';
import { ReadersProject, SETUPS } from './readers-project.js';

jest.setTimeout(180_000); // compiles, and starts processes, which takes long on a busy machine

const page = new Page('docs/one-replica.md');

describe.each(Object.entries(SETUPS))('the page about one replica, %s', (_, setup) => {
  let project: ReadersProject;
  let mistakes: string;

  beforeAll(async () => {
    project = await ReadersProject.create(setup, [page], ['one-replica']);
    mistakes = await project.compile();
  });
  afterAll(() => project?.remove());

  it('has TypeScript that compiles in every block', () => {
    expect(mistakes).toBe('');
    // Each of these runs below. One more block needs one more test.
    expect(project.files).toEqual(['invoices.ts', 'groups.ts']);
  });

  describe('with a database', () => {
    let engine: Engine;

    beforeAll(async () => {
      engine = await postgres();
      await engine.start();
    });
    afterAll(() => engine?.close());

    it('runs a loop on the leader, and gives the database its token', async () => {
      const env = { DATABASE_URL: urlOf(engine) };
      await expect(project.run(['invoices.mjs'], { env })).resolves.toEqual({
        code: 0,
        output: expect.stringMatching(/^sent in the term [1-9]\d*\n$/),
      });
    });

    it('has a leader for each of two groups, and does not start when their locks have one name', async () => {
      const one = "name: 'mail', pool";
      project.copy('groups.js', 'one-name.js', (code) => code.replace("name: 'reports', pool", one));
      const run = (file: string): Promise<unknown> =>
        project.run(['groups.mjs', file], { env: { DATABASE_URL: urlOf(engine) } });
      const refusal =
        "WaitModule.forRoot: the leaderElection groups 'mail' and 'reports' share one record, " +
        '"nestjs_wait_leases"/mail. Give each lock its own name or key.';
      await expect(run('./groups.js')).resolves.toEqual({
        code: 0,
        output: 'loops: Office.sendMail and Office.writeReports; records: mail and reports\n',
      });
      await expect(run('./one-name.js')).resolves.toEqual({ code: 0, output: `${refusal}\n` });
    });
  });
});

function urlOf({ port }: Engine): string {
  return `postgres://${POSTGRES.user}@127.0.0.1:${port}/${POSTGRES.database}`;
}
