import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { atEnd } from '../browser/support/at-end.js';
import { browser } from '../browser/support/browser.js';
import { Complaints } from '../browser/support/complaints.js';
import { Visit } from '../browser/support/visit.js';
import { bundle, type Bundle } from './support/bundle.js';
import { ESBUILD } from './support/bundlers.js';
import { RunningApp } from '../support/running-app.js';

/** Allows what the page consists of by name, and nothing else. */
const byName = (page: string): string =>
  [
    "default-src 'none'",
    `script-src ${page}/app.js`,
    `style-src ${page}/app.css`,
    `connect-src ${page}/data ${page}/actions`,
    'img-src data:',
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ].join('; ');

describe('the page of an application that was bundled and minified by esbuild', () => {
  let made: Bundle | undefined;
  let app: RunningApp;
  beforeAll(async () => {
    made = await bundle(ESBUILD);
    app = await RunningApp.start(made.main);
  });
  afterAll(async () => {
    await app?.stop('SIGKILL');
    made?.remove();
  });

  /** Helmet gives its policy to what is not of the page, too. */
  const policyOfHelmet = async (): Promise<string> =>
    (await app.fetch('nothing')).headers.get('Content-Security-Policy')!;

  it.each([
    ["helmet's default policy", policyOfHelmet],
    ['a policy that names what is allowed', () => byName(`${app.origin}/loops`)],
  ])('shows its loops and pauses one under %s', async (_, policyOf) => {
    const policy = await policyOf();
    const visit = await visitUnder(policy, `${app.origin}/loops/page`);
    await visit.row('Report.write').waitFor();
    expect(await visit.rows.count()).toBe(2);
    await visit.page.getByRole('button', { name: 'Pause Report.write' }).click();
    await visit.page.getByRole('dialog').getByRole('button', { name: 'Pause', exact: true }).click();
    await visit.page.getByRole('button', { name: 'Resume Report.write' }).click();
    await visit.page.getByRole('button', { name: 'Pause Report.write' }).waitFor();
  });
});

/** Opens the page under a policy besides its own, as a proxy may add it: both of them hold. */
async function visitUnder(policy: string, url: string): Promise<Visit> {
  const context = await (await browser()).newContext();
  atEnd(() => context.close());
  atEnd(() => context.unrouteAll({ behavior: 'ignoreErrors' }));
  await context.route('**/*', async (route) => {
    const response = await route.fetch();
    const headers = response.headers();
    const own = headers['content-security-policy'];
    await route.fulfill({
      response,
      headers: { ...headers, 'content-security-policy': own === undefined ? policy : `${own}, ${policy}` },
    });
  });
  const page = await context.newPage();
  page.setDefaultTimeout(10_000);
  const complaints = await Complaints.of(page);
  atEnd(() => complaints.check());
  const visit = new Visit(page, complaints);
  const response = await page.goto(url);
  expect(response?.headers()['content-security-policy']).toContain(policy);
  return visit;
}
