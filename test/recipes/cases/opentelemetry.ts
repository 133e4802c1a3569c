import { expect, it } from '@jest/globals';
import type { Run } from '../support/recipe-project.js';
import { turns } from '../support/turns.js';

export function openTelemetryCases(run: Run): void {
  it('the spans of a loop that a request has started are in no trace of a request', async () => {
    const { findings } = await run('opentelemetry');
    const of = (what: string): object[] =>
      turns((who, turn) => ({
        span: `${who} ${turn} ${what}`,
        ofRequest: who === 'request' ? turn : 0,
      }));
    const requests = [1, 2, 3].map((turn) => ({ span: 'request', ofRequest: turn }));
    expect(findings).toHaveLength(27);
    expect(findings).toEqual(expect.arrayContaining([...of('begins'), ...of('ends'), ...requests]));
  });

  it('without it, they stay in that trace as long as the loop lives', async () => {
    const { findings } = await run('opentelemetry', ['opentelemetry.ts', '[outOfTheTrace]', '[]']);
    expect(findings).toContainEqual({ span: 'import 3 ends', ofRequest: 1 });
  });

  it('with WaitOpenTelemetryModule, the spans of each run are below the root span of that run', async () => {
    const { findings } = await run('tracing');
    const below = turns((who, turn) => ({
      span: `${who} ${turn}`,
      isInTrace: true,
      parent: who,
      ...(who !== 'request' && { loop: who, run: turn }),
    }));
    expect(findings).toEqual(expect.arrayContaining(below));
    expect(findings).toContainEqual({ span: 'import', parent: 'none', isInTrace: true });
    expect(findings).toContainEqual({ span: 'Orders.send', parent: 'none', isInTrace: true });
  });

  it('without it, the spans of a loop that a request has started are below the span of the request', async () => {
    const { findings } = await run('tracing', ['apps/tracing.ts', ', WaitOpenTelemetryModule.forRoot()', '']);
    expect(findings).toContainEqual({ span: 'import 3', parent: 'request', isInTrace: true });
  });
}
