import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { PageData } from '../../src/page/page-data.js';
import { Clone } from './clone.js';
import { missingFrom, readme, sampleGuide } from './page.js';

jest.setTimeout(240_000); // builds and starts applications, which takes long on a busy machine

describe('the shell commands of the README and of the guide to the sample', () => {
  let clone: Clone;

  beforeAll(async () => {
    clone = await Clone.create();
  });
  afterAll(() => clone?.remove());

  it('run below, except those that install packages or run all tests', () => {
    const blocks = [readme, sampleGuide].flatMap((page) => page.blocks('sh'));
    expect(blocks.map((text) => text.split('\n')[0])).toEqual([
      expect.stringMatching(/^npm ci && npm start /),
      'npm install nestjs-wait',
      expect.stringMatching(/^curl -s localhost:3000\/loops\/data/),
      expect.stringMatching(/^curl -s -X POST localhost:3000\/trouble\/fail/),
      'npx nest build',
      expect.stringMatching(/^pids\(\)/),
      'kill $(ask | pids)',
    ]);
  });

  it('build and start the sample application, look at it, change a manifest, make trouble, and stop it', async () => {
    const sample = clone.start('npm start');
    await sample.prints('Building the sample application.');
    expect(sample.output).not.toContain('LOG');
    await sample.prints('Routes: ');
    expect(missingFrom(sample.output, sampleGuide.block('LOG [WaitModule] Reflector.listAndWatch'))).toEqual(
      [],
    );

    const [data = '', resources = '', ...files] = (
      await clone.run(sampleGuide.block('curl -s localhost:3000/loops/data'))
    ).split('\n');
    expect((JSON.parse(data) as PageData).loops).toContainEqual(
      expect.objectContaining({
        name: 'RouteReconciler.reconcile',
        state: 'waiting',
        runs: 1,
        failures: 0,
        lastStart: expect.any(String),
        nextStart: expect.any(String),
      }),
    );
    expect(JSON.parse(resources)).toMatchObject({ synced: true });
    expect(files.join('\n').trim().split('\n\n')).toEqual([
      'sample-app/resources:\nnightly-report.json\nsearch.json\nshop.json',
      'sample-app/var/archive:\nold-report.json',
    ]);

    const trouble = await clone.run(sampleGuide.block('curl -s -X POST localhost:3000/trouble/fail'));
    const [broken, updated = ''] = trouble.split('\n');
    expect(broken).toBe('{"trouble":"fail"}');
    expect(JSON.parse(updated)).toMatchObject({
      name: 'LoadBalancerSync.sync',
      schedule: '2s between runs',
    });

    await sample.interrupt();
    const end = sampleGuide.block("LOG [WaitModule] leader election 'census': stopping");
    expect(missingFrom(sample.output, end)).toEqual([]);
    expect(sample.output).not.toMatch(/\bsed\w+ has changed/); // a file that a command leaves for a moment
  });

  it('stop the sample application during a hang, after the time that it gives its runs', async () => {
    const sample = clone.start('TROUBLE=hang npm start');
    await sample.prints('LoadBalancerSync.sync: run 1 is hung');
    await sample.interrupt();
    expect(missingFrom(sample.output, sampleGuide.block('LOG [WaitModule] Stopping 10 loops'))).toEqual([]);
  });

  it('show how one of three copies leads, and how another one leads after that is killed', async () => {
    const [start, kill, end] = ['npx nest build', 'pids()', 'kill $(ask'].map((beginning) =>
      sampleGuide.block(beginning),
    );
    // `npm start` has built it above.
    const commands = [start!.replace('npx nest build', ''), kill, end].join('\necho then\n');
    const [before = '', after = ''] = (await clone.run(commands)).split('then\n');
    expect(answersOf(before)).toEqual(answersOf(sampleGuide.outputOf('npx nest build')));
    expect(answersOf(after)).toEqual(answersOf(sampleGuide.outputOf('pids()')));
    expect(tokenOf(after)).toBeGreaterThan(tokenOf(before));
  });
});

/** What the copies have answered, in any order, without what differs from run to run. */
function answersOf(text: string): string[] {
  const leaders = [...new Set(text.match(/"leader":"[^"]*"/g))];
  return text
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) =>
      line
        .replace(/"leader":"[^"]*"/, (leader) => `leader ${leaders.indexOf(leader)}`)
        .replace(/"token":"[^"]*"/, 'token')
        .replace(/"pid":[\d…]+/, 'pid'),
    )
    .toSorted();
}

function tokenOf(text: string): number {
  return Number(/"token":"(\d+)"/.exec(text)?.[1]);
}
