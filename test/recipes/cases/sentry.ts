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
        eventOf('Orders.send'),
        eventOf('Mails.send'),
        eventOf('import'),
        eventOf('request', {}, {}),
      ]),
    );
  });

  it('without withScope, an event has the breadcrumbs of other loops', async () => {
    const { findings } = await run('sentry', ['sentry.ts', ', withScope]', ']']);
    expect(breadcrumbsOf(findings, 'Orders.send')).toContain('Mails.send 2 begins');
  });

  it('without outOfTheRequest, a loop that a request has started has the breadcrumbs of the request', async () => {
    const { findings } = await run('sentry', ['sentry.ts', '[outOfTheRequest, ', '[']);
    expect(breadcrumbsOf(findings, 'import')).toContain('request 1 begins');
  });

  it('needs one default integration of Sentry, which gives each request a scope', async () => {
    const only = '.init({ defaultIntegrations: false, integrations: [';
    const without = await run('sentry', ['apps/sentry-transport.ts', '.init({', `${only}],`]);
    expect(breadcrumbsOf(without.findings, 'Orders.send')).toContain('request 1 begins');
    const withIt = await run('sentry', [
      'apps/sentry-transport.ts',
      '.init({',
      `${only}Sentry.httpIntegration()],`,
    ]);
    expect(breadcrumbsOf(withIt.findings, 'Orders.send')).toEqual([
      'Orders.send 2 begins',
      'Orders.send 2 ends',
    ]);
  });

  it('a run that really crashes ends the process, but only in the mode strict', async () => {
    const strict = await run('crash');
    expect(strict).toMatchObject({ code: 1, findings: [] });
    const byDefault = await run('crash', ['instrument.ts', "mode: 'strict'", '']);
    expect(byDefault).toMatchObject({ code: 0, findings: ['still there'] });
  });
}
