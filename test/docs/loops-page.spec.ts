import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { Engine } from '../leader-election/support/engines/engine.js';
import { POSTGRES, postgres } from '../leader-election/support/engines/postgres.js';
import { missingFrom, Page } from './page.js';
import { ReadersProject, SETUPS } from './readers-project.js';

jest.setTimeout(180_000); // compiles, and starts processes, which takes long on a busy machine

const page = new Page('docs/page.md');

describe.each(Object.entries(SETUPS))('the page about the page of the loops, %s', (name, setup) => {
  let project: ReadersProject;
  let mistakes: string;
  let sections: ReadonlyMap<string, string>;

  beforeAll(async () => {
    project = await ReadersProject.create(setup, [page], ['guides', 'health', 'one-replica', 'loops-page']);
    mistakes = await project.compile();
    sections = await sectionsOf('page.mjs', { COMMANDS: page.blocks('sh').join('\n') });
  });
  afterAll(() => project?.remove());

  /** Runs a script, and returns what it prints below each of its headings. */
  async function sectionsOf(script: string, env: NodeJS.ProcessEnv = {}): Promise<Map<string, string>> {
    const { code, output } = await project.run([script], { env });
    if (code !== 0) {
      throw new Error(`${script} ended with ${code}.\n${mistakes}\n${output}`);
    }
    const parts = output.split(/^--- /m).slice(1);
    return new Map(parts.map((part) => [part.split('\n')[0]!, part]));
  }

  const answers = (heading: string, from = sections): string[] =>
    Array.from(from.get(heading)!.matchAll(/^= (.*)$/gm), ([, answer]) => answer!);

  it('has TypeScript that compiles in every block', () => {
    expect(mistakes).toBe('');
    // Each of these runs below. One more block needs one more test.
    expect(project.files).toEqual([
      'app.module.ts',
      'admin.guard.ts',
      'operations.module.ts',
      'throttled.module.ts',
      'run-history.ts',
      'configured.module.ts',
    ]);
  });

  describe.each(['Express', 'Fastify'])('on %s', (platform) => {
    it('shows a page that asks for a password', () => {
      expect(answers(`the password, ${platform}`)).toEqual([
        '/loops: 401, Basic realm="loops"',
        'with \'wrong\': 401, Basic realm="loops"',
        "with 'secret': 200, the page",
        "with 'secret': 200, Loops, all",
      ]);
    });

    it('lets nobody in while no password is set', () => {
      expect(answers(`no password is set, ${platform}`)).toEqual([
        'with \'\': 401, Basic realm="loops"',
        'with \'undefined\': 401, Basic realm="loops"',
      ]);
    });

    it('shows what the shell commands answer, and what they log', () => {
      const output = sections.get(`the password, ${platform}`)!;
      expect(missingFrom(output, page.outputOf('ask()'))).toEqual([]);
      expect(missingFrom(output, page.block('LOG [WaitModule] Outbox.flush: paused'))).toEqual([]);
    });

    it('lets everybody with a session look, and only some act', () => {
      expect(answers(`users, ${platform}`)).toEqual([
        'look, none: 403',
        'look, sid=bob: 200, Loops, read',
        'look, sid=eve: 200, Loops, all',
        'pause, none: 403',
        'pause, sid=bob: 403',
        'pause, sid=eve: 200',
      ]);
    });

    it('has options that a factory makes', () => {
      expect(answers(`the defaults, ${platform}`)).toEqual(["with 'secret': 200, Loops, read"]);
      expect(answers(`configured, ${platform}`)).toEqual(["with 'secret': 200, Orders, all"]);
    });
  });

  it.each([
    ['Express', '/loops/: 200, the page'],
    ['Fastify', '/loops/: 404'],
    ['Fastify that ignores slashes', '/loops/: 200, the page'],
  ])('says what happens with a slash at the end, on %s', (platform, want) => {
    expect(answers(`unguarded, ${platform}`)).toEqual([
      '/loops: 200, the page',
      want,
      '/loops/data: 200, Loops, read',
    ]);
  });

  // The throttler stands on the root's Nest, which is 12.
  if (name.endsWith('Nest 12')) {
    it('has a throttler that lets the page pass', async () => {
      const throttled = await sectionsOf('throttled.mjs');
      for (const platform of ['Express', 'Fastify']) {
        expect(answers(`throttled, ${platform}`, throttled)).toEqual([
          ...Array.from({ length: 11 }, () => '/loops/data: 200, Loops, read'),
          ...Array.from({ length: 10 }, () => '/shop: 200'),
          '/shop: 429',
        ]);
      }
    });
  }

  describe('with a database', () => {
    let engine: Engine;

    beforeAll(async () => {
      engine = await postgres();
      await engine.start();
    });
    afterAll(() => engine?.close());

    it('keeps the runs in a table', async () => {
      const [CREATE_TABLE] = page.blocks('sql');
      const DATABASE_URL = `postgres://${POSTGRES.user}@127.0.0.1:${engine.port}/${POSTGRES.database}`;
      const env = { DATABASE_URL, CREATE_TABLE };
      const { code, output } = await project.run(['history.mjs'], { env });
      expect(code).toBe(0);
      expect(JSON.parse(output)).toEqual([
        { loop: 'Outbox.flush', run: '1', outcome: 'succeeded', error: null },
        {
          loop: 'Outbox.flush',
          run: '2',
          outcome: 'failed',
          error: 'Error: connect ECONNREFUSED 127.0.0.1:5672',
        },
      ]);
    });
  });
});
