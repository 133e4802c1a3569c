import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { RULES } from '../support/alert-test.js';
import { promtoolOnFile } from '../support/promtool.js';
import { Page } from './page.js';
import { ReadersProject, SETUPS } from './readers-project.js';

jest.setTimeout(180_000); // compiles, and starts a process, which takes long on a busy machine

const page = new Page('docs/metrics-and-alerts.md');

/** Leaves out the buckets between the first and the last. */
function shortened(scrape: string): string {
  return scrape.replaceAll(/(?:^.+_bucket\{le="(?!0\.01"|\+Inf).*\n)+/gm, '…\n');
}

describe.each(Object.entries(SETUPS))('the page about metrics, %s', (_, setup) => {
  let project: ReadersProject;
  let mistakes: string;
  let lines: readonly { readonly type?: string; readonly text?: string; readonly telemetry?: string }[];

  beforeAll(async () => {
    project = await ReadersProject.create(setup, [page], ['operating', 'health', 'metrics']);
    mistakes = await project.compile();
    const { code, output } = await project.run(['metrics.mjs']);
    if (code !== 0) {
      throw new Error(`metrics.mjs ended with ${code}.\n${mistakes}\n${output}`);
    }
    const found = output.split('\n').filter((line) => line.startsWith('{'));
    lines = found.map((line) => JSON.parse(line) as (typeof lines)[number]);
  });
  afterAll(() => project?.remove());

  it('has TypeScript that compiles in every block', () => {
    expect(mistakes).toBe('');
    // Each of these runs below. One more block needs one more test.
    expect(project.files).toEqual(['metrics.controller.ts', 'app.module.ts', 'telemetry.module.ts']);
  });

  it('shows what a scrape answers', () => {
    const [scrape] = lines;
    expect(shortened(scrape?.text ?? '')).toBe(page.blocks('text')[0]);
    expect(scrape?.type).toMatch(/^text\/plain;.* version=0\.0\.4/);
  });

  it('has a module for OpenTelemetry that starts', () => {
    expect(lines[1]).toEqual({ telemetry: 'started' });
  });
});

describe('the page about metrics', () => {
  it('shows the rules that are published', () => {
    expect(page.blocks('yaml')).toEqual([readFileSync(RULES, 'utf8')]);
  });

  it('explains each alert under its name', () => {
    const alerts = Array.from(readFileSync(RULES, 'utf8').matchAll(/alert: (\w+)/g), ([, name]) => name);
    const headings = Array.from(page.text.matchAll(/^### (\w+)$/gm), ([, name]) => name);
    expect(headings).toEqual(alerts);
  });

  it('has every metric of a scrape in its table', () => {
    const scraped = Array.from(page.blocks('text')[0]!.matchAll(/^# TYPE (\w+)/gm), ([, name]) => name);
    const listed = Array.from(page.text.matchAll(/^\| `[\w.]+` +\| `(\w+)\{/gm), ([, name]) => name);
    expect(new Set(listed)).toEqual(new Set(scraped));
  });

  it('has expressions that Prometheus understands', () => {
    const groups = [
      {
        name: 'expressions',
        rules: page.blocks('promql').map((expr, index) => ({ record: `line:${index}`, expr })),
      },
    ];
    expect(groups[0]?.rules).toHaveLength(6);
    expect(promtoolOnFile(['check', 'rules'], { groups })).toMatchObject({
      isGood: true,
      output: expect.stringMatching(/SUCCESS: 6 rules found/),
    });
  });
});
