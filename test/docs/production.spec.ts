import * as k8s from '@kubernetes/client-node';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { PostgresLock } from 'nestjs-wait/leader-election/postgres';
import { chosenEngines, type Engine } from '../leader-election/support/engines/engine.js';
import { POSTGRES, postgres } from '../leader-election/support/engines/postgres.js';
import { redis } from '../leader-election/support/engines/redis.js';
import { until } from '../leader-election/support/processes.js';
import { DEFAULT_SHUTDOWN_TIMEOUT } from '../../src/nest/declare/wait.settings.js';
import { published } from '../support/alert-test.js';
import { mistakes } from '../support/manifest-mistakes.js';
import { missingFrom, Page } from './page.js';
import { ReadersProject, SETUPS } from './readers-project.js';

jest.setTimeout(180_000); // compiles, and starts processes, which takes long on a busy machine

const page = new Page('docs/production.md');
const [dockerfile = ''] = page.blocks('dockerfile');
const STANDBY = 'leader_election_master_status{name="default"} 0';
const LEADING = 'leader_election_master_status{name="default"} 1';
const command = JSON.parse(/^CMD (.+)$/m.exec(dockerfile)![1]!) as string[];

describe.each(Object.entries(SETUPS))('the application on the page about production, %s', (_, setup) => {
  let project: ReadersProject;
  let mistakesOfTsc: string;

  beforeAll(async () => {
    project = await ReadersProject.create(setup, [page], ['production']);
    mistakesOfTsc = await project.compile();
    const withStart = (text: string): string =>
      JSON.stringify({ ...(JSON.parse(text) as object), scripts: { start: 'node main.js' } });
    project.copy('package.json', 'package.json', withStart);
  });
  afterAll(() => project?.remove());

  /** The log of the application that a command has started and that got SIGTERM during its first run. */
  const stopped = async (where: 'container' | 'terminal', ...words: string[]): Promise<string> => {
    const { code, output } = await project.run(['first-process.mjs', where, ...words]);
    if (code !== 0) {
      throw new Error(output);
    }
    return output;
  };

  it('compiles in every block', () => {
    expect(mistakesOfTsc).toBe('');
    // Each of these runs below. One more block needs one more test.
    expect(project.files).toEqual(['main.ts', 'roles.ts']);
  });

  it('runs its loops only where the environment says so', async () => {
    const web = await project.run(['roles.mjs'], { env: { ROLE: 'web' } });
    expect(missingFrom(web.output, page.outputOf('// roles.ts'))).toEqual([]);
    expect(web.output).toContain('Outbox.flush: 0 runs; at run time: 0 runs, stopped');
    const worker = await project.run(['roles.mjs'], { env: { ROLE: 'worker' } });
    expect(worker.output).toContain('Outbox.flush: 1 runs; at run time: 1 runs, waiting');
  });

  it('ends its run as the first process of a container, as the page shows', async () => {
    const [first, file] = command;
    expect(file).toBe('dist/main.js');
    const log = await stopped('container', first!, 'main.js');
    expect(missingFrom(log, logOf('ended with 0'))).toEqual([]);
  });

  it('needs unshare for a container, and says so where there is none', async () => {
    const run = project.run(['first-process.mjs', 'container', 'node'], { env: { PATH: '/nowhere' } });
    await expect(run).resolves.toMatchObject({
      code: 1,
      output: expect.stringMatching(/^This needs .*ENOENT/),
    });
  });

  it('is cut off in a container whose first process is npm, as the page shows', async () => {
    const log = await stopped('container', 'npm', 'start');
    expect(missingFrom(log, logOf('ended with 1'))).toEqual([]);
    expect(log).not.toContain('Stop');
  });

  it('hears nothing in a container whose first process is a shell', async () => {
    const log = await stopped('container', '/bin/sh', '-c', 'node main.js');
    expect(log).toContain('The command goes on.');
    expect(log).not.toContain('Stop');
  });

  it('runs on without a parent when npm is told to end', async () => {
    const log = await stopped('terminal', 'npm', 'start');
    expect(log).toMatch(/The application runs on\.\nThe command ended with (143|SIGTERM)/);
    expect(log).not.toContain('Stop');
  });

  it('does not wait for its run after a second Ctrl-C, as the page shows', async () => {
    const { output } = await project.run(['twice.mjs', 'SIGINT', '60000']);
    expect(missingFrom(output, page.block('^C\n'))).toEqual([]);
    expect(output).toContain('It ended with 0.');
  });

  it('waits for its run after a second SIGTERM', async () => {
    const { output } = await project.run(['twice.mjs', 'SIGTERM', '3000']);
    expect(output).toMatch(/Stopped 1 loop in .*\nIt ended with 0\./);
  });

  it('logs a failure as JSON, as the page shows', async () => {
    const env = { NODE_ENV: 'production', IS_BROKEN: 'yes' };
    const { output } = await project.run(['main.js'], { env, word: 'ECONNREFUSED' });
    const logged = output.split('\n').find((line) => line.includes('ECONNREFUSED'))!;
    const [shown] = page.blocks('json');
    expect(withoutExamples(logged)).toEqual(withoutExamples(shown!));
  });

  // What an engine does is the same for both setups, and takes half a minute of waiting.
  if (setup.type === 'module') {
    describe('with the engine of its lock', () => {
      const engines: Engine[] = [];

      beforeAll(async () => {
        engines.push(await postgres());
        if (chosenEngines().includes('redis')) {
          engines.push(await redis());
        }
      });
      afterAll(() => Promise.all(engines.map((engine) => engine.close())));

      it('shows what one sees when PostgreSQL is down at the start and later', async () => {
        const engine = engines[0]!;
        await engine.start();
        await createTable(engine);
        await engine.crash();
        const env = { DATABASE_URL: urlOf(engine), PORT: String(project.port) };
        const run = project.run(['two-terms.mjs'], { env });
        const isSeen = async (line: string): Promise<boolean> =>
          (await answer(project.port, 'metrics')).includes(line);

        await until('The start', () => isSeen(STANDBY));
        await expectStandby(project.port);
        await engine.start();
        await until('The first term', () => isSeen(LEADING));
        await engine.crash();
        await until('The end of the first term', () => isSeen(STANDBY));
        await expectStandby(project.port);
        await engine.start();

        const { output } = await run;
        const shown = page.text.split('\n## When the engine of the lock is down\n')[1]!.split('\n## ')[0]!;
        const log = new Page(page.file, shown).blocks('text').join('');
        expect(missingFrom(output, log)).toEqual([]);
      });

      // With Redis too where LEADER_ELECTION_ENGINES names it, as in .ci/run.
      it('asks as much of the engine as the page says', async () => {
        await engines[1]?.start();
        const load = async (engine: Engine): Promise<Record<string, number>> => {
          const url = engine.name === 'redis' ? `redis://127.0.0.1:${engine.port}` : urlOf(engine);
          const { output } = await project.run(['engine-load.mjs', url, '3', '5', '20']);
          return JSON.parse(output) as Record<string, number>;
        };
        const measured = await Promise.all(engines.map(load));
        const [, cells = ''] = /^\| 3 +\| 5 +\|(.+)\|$/m.exec(page.text)!;
        const [writes, ofPostgres, ofRedis, connections] = cells.split('|').map(Number);
        for (const [index, figures] of measured.entries()) {
          const reads = [ofPostgres, ofRedis][index];
          expect(figures).toMatchObject({ replicas: 3, groups: 5, connections });
          expect(figures['writes']! / writes!).toBeCloseTo(1, 0.6); // 13 %: each group may write once more or less
          expect(figures['reads']! / reads!).toBeCloseTo(1, 0.6);
        }
      });
    });
  }
});

describe('the deployment on the page about production', () => {
  const [yaml = ''] = page.blocks('yaml');
  const deployment = k8s.loadYaml<k8s.V1Deployment>(yaml);
  const { containers, terminationGracePeriodSeconds = 30 } = deployment.spec!.template.spec!;
  const [container] = containers;

  it('fits the API', () => {
    expect(mistakes(deployment, 'V1Deployment', 'Deployment')).toEqual([]);
    expect(deployment.spec!.template.metadata!.labels).toEqual(deployment.spec!.selector.matchLabels);
  });

  it('starts what the image starts', () => {
    expect(container!.command).toEqual(command);
  });

  it('has more grace than preStop and shutdownTimeout take', () => {
    const { seconds } = container!.lifecycle!.preStop!.sleep!;
    expect(terminationGracePeriodSeconds).toBeGreaterThan(seconds + DEFAULT_SHUTDOWN_TIMEOUT / 1000);
  });
});

describe('the alerts on the page about production', () => {
  const runbooks = new Page('docs/metrics-and-alerts.md').text;

  it.each(published)('say what to do first, and where to read on: $alert', ({ alert, annotations }) => {
    const { description, runbook } = annotations;
    expect(runbook).toBe(`docs/metrics-and-alerts.md#${alert.toLowerCase()}`);
    const row = `| [\`${alert}\`](${runbook.replace('docs/', '')}) | ${description} |`;
    expect(page.text.replace(/\[(the page of the loops)\]\(page\.md\)/, '$1')).toContain(row);
    const [, section = ''] = runbooks.split(`\n### ${alert}\n`);
    expect(section.split('\n##')[0]).toContain('**What to do:**');
  });
});

async function createTable(engine: Engine): Promise<void> {
  const lock = new PostgresLock({ name: 'any', connection: urlOf(engine) });
  await lock.createTable();
  await lock.close();
}

/** The metrics and the page say that the loop waits for a leader, as the page of the documentation says. */
async function expectStandby(port: number): Promise<void> {
  const [metrics, data] = await Promise.all([answer(port, 'metrics'), answer(port, 'loops/data')]);
  expect(metrics).toContain(`${STANDBY}\n`);
  expect(metrics).toContain('nestjs_wait_loops{state="standby"} 1\n');
  expect(JSON.parse(data)).toMatchObject({
    leading: [],
    loops: [{ name: 'Invoices.send', state: 'standby' }],
  });
  expect(page.text).toContain(`\`${STANDBY}\``);
  expect(page.text).toContain('`nestjs_wait_loops{state="standby"}`');
}

/** What the application answers; nothing before it listens. */
async function answer(port: number, path: string): Promise<string> {
  const answered = await fetch(`http://127.0.0.1:${port}/${path}`).catch(() => undefined);
  return (await answered?.text()) ?? '';
}

function urlOf({ port }: Engine): string {
  return `postgres://${POSTGRES.user}@127.0.0.1:${port}/${POSTGRES.database}`;
}

/** The text block of the page with these words. */
function logOf(words: string): string {
  return page.blocks('text').find((text) => text.includes(words))!;
}

/** A line of the log, without what is different each time. */
function withoutExamples(line: string): unknown {
  const { stack, ...entry } = JSON.parse(line) as Record<string, unknown>;
  return { ...entry, pid: 1, timestamp: 0, stack: String(stack).split('\n')[0] };
}
