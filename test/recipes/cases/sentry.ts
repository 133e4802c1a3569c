import { expect, it } from '@jest/globals';
import type { Run } from '../support/recipe-project.js';

export function sentryCases(run: Run): void {
  const eventOf = (who: string, of: object = { loop: who }, context: object = { run: 2 }): object => ({
    error: `boom of ${who}`,
    breadcrumbs: [`${who} 2 begins`, `${who} 2 ends`],
    tags: { ...of, who },
    ...context,
  });
  const breadcrumbsOf = (findings: readonly unknown[], who: string): readonly string[] =>
    (findings as { error: string; breadcrumbs: string[] }[]).find(({ error }) => error === `boom of ${who}`)
      ?.breadcrumbs ?? [];

  it('the breadcrumbs and tags of a run are in its own event, and in no other', async () => {
    const { findings } = await run('sentry');
    expect(findings).toHaveLength(4);
    expect(findings).toEqual(
      expect.arrayContaining([
        eventOf('First.tick'),
        eventOf('Second.tick'),
        eventOf('started'),
        eventOf('request', {}, {}),
      ]),
    );
  });

  it('without withScope, an event has the breadcrumbs of other loops', async () => {
    const { findings } = await run('sentry', ['sentry.ts', ', withScope]', ']']);
    expect(breadcrumbsOf(findings, 'First.tick')).toContain('Second.tick 2 begins');
  });

  it('without outOfTheRequest, a loop that a request has started has the breadcrumbs of the request', async () => {
    const { findings } = await run('sentry', ['sentry.ts', '[outOfTheRequest, ', '[']);
    expect(breadcrumbsOf(findings, 'started')).toContain('request 1 begins');
  });

  it('a run that really crashes ends the process, but only in the mode strict', async () => {
    const strict = await run('crash');
    expect(strict).toMatchObject({ code: 1, findings: [] });
    const byDefault = await run('crash', ['instrument.ts', "mode: 'strict'", '']);
    expect(byDefault).toMatchObject({ code: 0, findings: ['still there'] });
  });
}
