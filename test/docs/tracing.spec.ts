import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { missingFrom, Page } from './page.js';
import { ReadersProject, SETUPS } from './readers-project.js';

jest.setTimeout(180_000); // compiles, and starts a process, which takes long on a busy machine

const page = new Page('docs/tracing-and-context.md').until('## The context of a run');

describe.each(Object.entries(SETUPS))('the TypeScript of the page about tracing, %s', (_, setup) => {
  let project: ReadersProject;
  let mistakes: string;
  let output: string;
  /** What the console exporter has printed of each span. */
  let spans: string[];

  beforeAll(async () => {
    project = await ReadersProject.create(setup, [page], ['tracing']);
    project.copy('telemetry.ts', 'telemetry.ts', (code) =>
      code.replace('@opentelemetry/sdk-node', './sdk-node.js'),
    );
    mistakes = await project.compile();
    ({ output } = await project.run(['tracing.mjs']));
    spans = output.split(/^\{$/m).slice(1);
  });
  afterAll(() => project?.remove());

  it('compiles in every block', () => {
    expect(mistakes).toBe('');
    expect(project.files).toEqual(['telemetry.ts', 'app.module.ts', 'trace.logger.ts']);
  });

  it('makes the span that the page shows, above the span of the work', () => {
    const [work, run, failedWork, failedRun] = spans;
    expect(missingFrom(run!, page.block('  instrumentationScope'))).toEqual([]);
    expect(valueOf(work!, 'name')).toBe("'send mail'");
    expect(valueOf(work!, 'traceId')).toBe(valueOf(run!, 'traceId'));
    expect(work).toContain(`spanId: ${valueOf(run!, 'id')}`);
    expect(valueOf(failedWork!, 'traceId')).toBe(valueOf(failedRun!, 'traceId'));
    expect(valueOf(failedRun!, 'traceId')).not.toBe(valueOf(run!, 'traceId'));
    expect(failedRun).toContain("status: { code: 2, message: 'connect ECONNREFUSED 127.0.0.1:25' }");
    expect(failedRun).toContain("'error.type': 'ECONNREFUSED'");
    expect(failedRun).toContain("name: 'exception'");
  });

  it('logs a failed run with its trace', () => {
    const shown = page.block('ERROR [Outbox.flush').replace('ERROR', '…ERROR…');
    expect(missingFrom(output, shown)).toEqual([]);
    const [, traceId] = /trace=([0-9a-f]{32})/.exec(output) ?? [];
    expect(`'${traceId}'`).toBe(valueOf(spans[3]!, 'traceId'));
  });

  it('names in its table every attribute that a span has', () => {
    const attributes = new Set(
      Array.from(output.matchAll(/'((?:nestjs_wait|error)\.[a-z_.]+)': /g), ([, name]) => name!),
    );
    expect(attributes.size).toBeGreaterThan(4);
    expect(Array.from(attributes).filter((name) => !page.text.includes(`| \`${name}\` |`))).toEqual([]);
  });
});

function valueOf(span: string, property: string): string | undefined {
  return new RegExp(`^  ${property}: (.*?),?$`, 'm').exec(span)?.[1];
}
