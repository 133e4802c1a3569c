import { once } from 'node:events';
import { createServer } from 'node:net';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { differences, missingFrom, Page, readme } from './page.js';
import { ReadersProject, SETUPS } from './readers-project.js';

jest.setTimeout(180_000); // compiles, and starts processes, which takes long on a busy machine

const options = new Page('docs/options.md');
const starting = new Page('docs/starting-and-stopping.md');
const llms = new Page('llms.txt');
const pages = [readme, options, starting, llms];

describe.each(Object.entries(SETUPS))(
  'the TypeScript of the README, of llms.txt, and of the pages about options and starting, %s',
  (_, setup) => {
    let project: ReadersProject;
    let mistakes: string;

    beforeAll(async () => {
      project = await ReadersProject.create(setup, pages, ['guides']);
      mistakes = await project.compile();
    });
    afterAll(() => project?.remove());

    it('compiles in every block', () => {
      expect(mistakes).toBe('');
      // Each of these runs below. One more block needs one more test.
      expect(project.files).toEqual([
        'main.ts',
        'outbox.ts',
        'failures.ts',
        'reports.ts',
        'outbox.spec.ts',
        'feed.ts',
        'jobs.ts',
        'app.module.ts',
        'server.ts',
        'mails.ts',
        'mails.spec.ts',
      ]);
    });

    it('has a first loop that prints what the page shows, until Ctrl-C ends it in order', async () => {
      const { code, output } = await project.run(['main.js'], { word: 'beat 2' });
      expect(differences(withoutNest(output), withoutBreak(readme.outputOf('// main.ts')))).toEqual([]);
      expect(code).toBe('SIGINT');
    });

    it('has an application with a server that prints what the page shows', async () => {
      const { code, output } = await project.run(['server.js'], { word: 'beat 2' });
      expect(missingFrom(output, starting.outputOf('// server.ts'))).toEqual([]);
      expect(code).toBe('SIGINT');
    });

    it('ends that application when its port is in use', async () => {
      const server = createServer().listen(project.port);
      await once(server, 'listening');
      try {
        const ended = await project.run(['server.js']);
        expect(ended).toMatchObject({ code: 1, output: expect.stringContaining('EADDRINUSE') });
        project.copy('server.js', 'server-without-exit.js', (code) => code.replace('process.exit(1)', ''));
        const left = await project.run(['server-without-exit.js'], { word: 'beat 2' });
        expect(left.output.indexOf('beat 2')).toBeGreaterThan(left.output.indexOf('EADDRINUSE'));
      } finally {
        server.close();
      }
    });

    it('boots, and its loops run as the text around it says', async () => {
      const { output } = await project.run(['boot.mjs'], { env: { DATABASE_URL: 'postgres://localhost' } });
      expect(output.trim().split('\n').map(parsed)).toEqual([
        { what: 'outbox.ts', loops: ['Outbox.flush: 5s to 10s between runs, waiting, runs: 3'] },
        { what: 'reports.ts', loops: ['Reports.send: 1h between runs, waiting, runs: 1'] },
        { what: 'feed.ts', loops: ['Feed.read: 5s to 10s between runs, waiting, runs: 3'] },
        { what: 'app.module.ts', loops: ['Outbox.flush: 5s to 10s between runs, waiting, runs: 3'] },
        {
          what: 'app.module.ts, with a period',
          loops: ['Outbox.flush: 2s to 4s between runs, waiting, runs: 7'],
        },
        { what: 'app.module.ts, off', loops: ['Outbox.flush: 2s to 4s between runs, stopped, runs: 0'] },
        {
          what: 'failures.ts',
          loops: ['BrokenOutbox.flush: 5s to 10s between runs, waiting, runs: 3'],
          failures: [['BrokenOutbox.flush', 3]],
        },
        {
          what: 'the context of a run',
          loops: [
            'ContextualOutbox.flush: 5s to 10s between runs, waiting, runs: 1',
            'of a request: 1s between runs, waiting, runs: 2',
          ],
          contexts: ['the bootstrap', 'a request', 'a request'],
        },
      ]);
    });

    it('names the loops of several decorators, of workers and of a subclass as the page shows', async () => {
      const { output } = await project.run(['jobs.mjs']);
      const [start = ''] = withoutNest(output).split(/^.*Stopped 4 loops/m);
      expect(differences(start, options.outputOf('// jobs.ts'))).toEqual([]);
    });

    it('has tests that jest runs, with its globals', async () => {
      const { code, output } = await project.runJest();
      expect(output).toContain('Tests:       2 passed, 2 total');
      expect(code).toBe(0);
    });

    it('logs failures, and what a shutdown waits for, as the page shows', async () => {
      const { output } = await project.run(['log.mjs']);
      expect(missingFrom(output, starting.block('LOG [WaitModule] Stopping 12 loops'))).toEqual([]);
      expect(missingFrom(output, readme.block('LOG [WaitModule] Stopping 12 loops'))).toEqual([]);
      expect(missingFrom(output, readme.block('ERROR [Outbox.flush] run 17 failed'))).toEqual([]);
      expect(output).toContain('crash handler of Outbox.flush failed: Sentry is away');
      expect(output).not.toContain('the database is away');
    });
  },
);

/** What Nest itself logs, which a page leaves out. */
function withoutNest(output: string): string {
  const isOfNest = /\[(NestFactory|InstanceLoader|RoutesResolver|RouterExplorer|NestApplication)\]/;
  return output
    .split('\n')
    .filter((line) => !isOfNest.test(line))
    .join('\n');
}

/** A terminal shows Ctrl-C, and a pipe does not. */
function withoutBreak(shown: string): string {
  return shown.replace('^C\n', '');
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return line;
  }
}
