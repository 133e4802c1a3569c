import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as k8s from '@kubernetes/client-node';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { Page, root } from './page.js';
import { ReadersProject, SETUPS } from './readers-project.js';

jest.setTimeout(180_000); // compiles, and starts a process, which takes long on a busy machine

const page = new Page('docs/health.md');
const [well, hung, failing, overdue] = page
  .blocks('json')
  .map((text) => JSON.parse(text) as Readonly<Record<string, unknown>>);

/** What an application has answered. */
interface Answer {
  readonly heading: string;
  readonly path: string;
  readonly status?: number;
  readonly body: Readonly<Record<string, unknown>>;
}

describe.each(Object.entries(SETUPS))('the page about health, %s', (_, setup) => {
  let project: ReadersProject;
  let mistakes: string;
  let answers: readonly Answer[];

  beforeAll(async () => {
    project = await ReadersProject.create(setup, [page], ['operating', 'health']);
    mistakes = await project.compile();
    const { code, output } = await project.run(['health.mjs']);
    if (code !== 0) {
      throw new Error(`health.mjs ended with ${code}.\n${mistakes}\n${output}`);
    }
    const lines = output.split('\n').filter((line) => line.startsWith('{'));
    answers = lines.map((line) => JSON.parse(line) as Answer);
  });
  afterAll(() => project?.remove());

  const answer = (heading: string, path: string): [status: number | undefined, body: Answer['body']] => {
    const { status, body } = answers.find((each) => each.heading === heading && each.path === path)!;
    return [status, body];
  };

  it('has TypeScript that compiles in every block', () => {
    expect(mistakes).toBe('');
    // Each of these runs below. One more block needs one more test.
    expect(project.files).toEqual([
      'app.module.ts',
      'health.module.ts',
      'cache-health.ts',
      'probes.controller.ts',
    ]);
  });

  it('shows what terminus answers while all is well', () => {
    expect(answer('terminus, well', 'healthz')).toEqual([200, well]);
    expect(answer('terminus, well', 'readyz')).toEqual([200, well]);
  });

  it('shows what terminus answers when a run hangs', () => {
    expect(answer('terminus, hang', 'healthz')).toEqual([503, hung]);
    expect(answer('terminus, hang', 'readyz')).toEqual([503, hung]);
  });

  it('shows what terminus answers when a loop fails', () => {
    expect(answer('terminus, fail', 'readyz')).toMatchObject([503, { error: failing }]);
    expect(answer('terminus, fail', 'healthz')).toEqual([200, well]);
  });

  it('shows what a controller of one’s own answers when a loop is overdue', () => {
    expect(answer('without, stopProcess', 'healthz')).toEqual([503, overdue]);
    expect(answer('without, stopProcess', 'readyz')).toEqual([503, overdue]);
  });

  it.each(['well', 'hang', 'fail', 'stopProcess'])(
    'gives without terminus what terminus has under its key: %s',
    (what) => {
      for (const path of ['healthz', 'readyz']) {
        const [status, body] = answer(`terminus, ${what}`, path);
        const { loops } = body['details'] as { readonly loops: unknown };
        expect(answer(`without, ${what}`, path)).toEqual([status, loops]);
      }
    },
  );

  it('has a check of the cache that other loops do not concern', () => {
    expect(answer('terminus, fail', 'the cache')).toEqual([undefined, { cache: { status: 'up' } }]);
  });
});

describe('the probes on the page about health', () => {
  it('are those of the deployment of the sample', () => {
    const deployment = k8s
      .loadAllYaml(readFileSync(join(root, 'sample-app/deploy/deployment.yaml'), 'utf8'))
      .find(({ kind }) => kind === 'Deployment') as k8s.V1Deployment;
    const [container] = deployment.spec!.template.spec!.containers;
    const { startupProbe, livenessProbe, readinessProbe } = container!;
    const [probes] = page.blocks('yaml').map((text) => k8s.loadYaml(text));
    expect({ startupProbe, livenessProbe, readinessProbe }).toEqual(probes);
  });
});
