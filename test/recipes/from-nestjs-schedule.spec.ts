import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { Page, root } from '../docs/page.js';
import { ReadersProject, type Setup } from '../docs/readers-project.js';

jest.setTimeout(180_000); // compiles, and starts processes, which takes long on a busy machine

const page = new Page('docs/from-nestjs-schedule.md');
const SETUPS: Record<string, Setup> = {
  'as ES modules, on Nest 12': { type: 'module', nest: join(root, 'test/recipes/node-22/node_modules') },
  'as CommonJS, on Nest 11': { type: 'commonjs', nest: join(root, 'test/recipes/node-20/node_modules') },
};

describe.each(Object.entries(SETUPS))('coming from @nestjs/schedule, %s', (_, setup) => {
  let project: ReadersProject;

  beforeAll(async () => {
    project = await ReadersProject.create(setup, [page], ['../recipes/schedule']);
    expect(await project.compile()).toBe('');
    // Each of these runs below. One more block needs one more test.
    expect(project.files).toEqual([
      'prices.schedule.ts',
      'prices.ts',
      'warm-up.schedule.ts',
      'warm-up.ts',
      'report.ts',
      'feeds.schedule.ts',
      'feeds.ts',
      'app.module.schedule.ts',
      'app.module.ts',
    ]);
  });
  afterAll(() => project?.remove());

  const print = async (script: string, env: Readonly<Record<string, string>> = {}): Promise<string> => {
    const { code, output } = await project.run([script], { env: { NODE_NO_WARNINGS: '1', ...env } });
    if (code !== 0) {
      throw new Error(`${script} ended with ${code}.\n${output}`);
    }
    return output;
  };
  const find = async (script: string, env?: Readonly<Record<string, string>>): Promise<unknown> =>
    JSON.parse(await print(script, env));

  it('draws the runs of both as they are', async () => {
    await expect(print('timeline.mjs')).resolves.toBe(page.block('                        0s'));
  });

  it('shows code that runs when the text says', async () => {
    await expect(find('blocks.mjs')).resolves.toEqual({
      prices: { schedule: [5, 10, 20, 25, 30], wait: [5, 10, 17, 22, 27] },
      warmUp: { schedule: [5], wait: [5, 15, 25] },
      // Half past six in Paris, before and after summer has begun.
      written: ['2026-03-28T05:30:00.000Z', '2026-03-29T04:30:00.000Z', '2026-03-30T04:30:00.000Z'],
      feeds: {
        schedule: { calls: ['/a', '/b', '/b'], listed: ['/a', '/b'] },
        wait: { calls: ['/a', '/b', '/b'], listed: ['/a', '/b'] },
      },
    });
  });

  it.each([
    [{}, { schedule: [5, 10], wait: [5, 10] }],
    [{ JOBS: 'off' }, { schedule: [], wait: [] }],
    [{ PRICES: 'off' }, { schedule: [5, 10], wait: [] }],
    [{ PRICES_PERIOD: '2s' }, { schedule: [5, 10], wait: [2, 4, 6, 8, 10] }],
  ])('runs in the environment %j as the text says', async (env, wantSeconds) => {
    await expect(find('switched.mjs', env)).resolves.toEqual(wantSeconds);
  });

  it('shows in which order an application with both closes', async () => {
    await expect(print('closing.mjs')).resolves.toBe(page.block(' 0.0s  app.close()'));
  });

  it('says about @nestjs/schedule what it does', async () => {
    await expect(find('defects.mjs')).resolves.toEqual({
      cronWhenSummerEnds: ['2026-11-01T05:30:00.000Z', '2026-11-02T06:30:00.000Z'],
      atOnce: { schedule: 3, wait: 1, cron: 3, cronThatWaits: 1 },
      leavesRunBehind: { schedule: true, wait: false },
      argumentsOf: { schedule: [], wait: ['AbortSignal'] },
      failureLines: { schedule: 5, wait: 3 },
      requestScoped: {
        schedule: { runs: 0, warnings: [expect.stringContaining('Cannot register interval "Job@tick"')] },
        wait: { runs: 3, warnings: [] },
      },
      importedTwice: { schedule: 4, named: 4, wait: 'WAIT_ERR_FOR_ROOT' },
      replaced: { schedule: ['the old one'], wait: ['the new one'] },
      dynamicError: 'boom',
      // Nothing here pauses, resumes or triggers.
      registry: [
        'constructor',
        'doesExist',
        'getCronJob',
        'getInterval',
        'getTimeout',
        'addCronJob',
        'addInterval',
        'addTimeout',
        'getCronJobs',
        'deleteCronJob',
        'getIntervals',
        'deleteInterval',
        'getTimeouts',
        'deleteTimeout',
        'wrapFunctionInTryCatchBlocks',
      ],
    });
  });

  it('says on how many of two replicas a job runs', async () => {
    await expect(find('replicas.mjs')).resolves.toEqual({
      ran: { schedule: 2, wait: 1 },
      cronOnTheLeader: { runs: 1, refused: ['WAIT_ERR_NOT_LEADER'] },
    });
  });

  it('says that an interval of thirty days fires again and again', async () => {
    const { schedule, wait } = (await find('long-interval.mjs')) as Record<string, number>;
    expect(schedule).toBeGreaterThan(2);
    expect(wait).toBe(0);
  });

  it('knows every option of @nestjs/schedule, so that what is missing there is missing', () => {
    const declarations = (file: string): string =>
      readFileSync(join(setup.nest, '@nestjs/schedule/dist', file), 'utf8');
    const optionsOf = (file: string): string[] =>
      Array.from(declarations(file).matchAll(/^ {4}(\w+)\?: (?!never)/gm), ([, name]) => name!);
    const parametersOf = (file: string): string[] =>
      Array.from(declarations(file).matchAll(/^export declare function \w+\((.*)\)/gm), ([, all]) => all!);
    const cronOptions = new Set(optionsOf('decorators/cron.decorator.d.ts'));
    expect([...cronOptions].filter((option) => !page.text.includes(option))).toEqual([]);
    expect(cronOptions.size).toBeGreaterThan(5);
    expect(optionsOf('interfaces/schedule-module-options.interface.d.ts').slice(0, 3)).toEqual([
      'cronJobs',
      'intervals',
      'timeouts',
    ]);
    expect(parametersOf('decorators/interval.decorator.d.ts')).toEqual([
      'timeout: number',
      'name: string, timeout: number',
    ]);
  });

  it('names the versions that it is tested with', () => {
    const versionOf = (name: string): string =>
      (JSON.parse(readFileSync(join(setup.nest, name, 'package.json'), 'utf8')) as { version: string })
        .version;
    const words = page.text.replaceAll(/\s+/g, ' ');
    const major = versionOf('@nestjs/core').split('.')[0];
    expect(words).toContain(`${versionOf('@nestjs/schedule')} on Nest ${major}`);
    expect(words).toContain(`both with \`cron\` ${versionOf('cron')}`);
  });
});
