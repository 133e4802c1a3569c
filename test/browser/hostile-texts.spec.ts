import { expect, it, jest } from '@jest/globals';
import { eventually } from './support/eventually.js';
import { startProxy } from './support/proxy.js';
import { OPEN, serve } from './support/serve.js';
import { visit, type Visit } from './support/visit.js';

jest.setTimeout(60_000); // starting a browser takes long on a busy machine

const MARKUP = `<img src=x onerror="document.title='owned'"><script>document.title='owned'</script>'"&amp;`;

/** Fails if a text has become an element, or has run. */
async function expectNoElement({ page }: Visit): Promise<void> {
  expect(await page.locator('body img, body script:not([src]), iframe, body style').count()).toBe(0);
  expect(await page.title()).toMatch(/^(?:\(\d+\) )?Loops$/);
}

it('shows the text of an error as text, with showErrors', async () => {
  const served = await serve({ page: { ...OPEN, showErrors: true } });
  const loop = served.loop('Outbox.flush');
  await loop.fails(new Error(MARKUP, { cause: new Error(`cause ${MARKUP}`) }));
  const visited = await visit(served.url);
  const { page, opener } = visited;
  await visited.row('Outbox.flush').getByText(MARKUP).first().waitFor();
  await opener('Outbox.flush').click();
  await page.getByText(`cause ${MARKUP}`).first().waitFor();
  await visited.newsCame(2);
  await expectNoElement(visited);
});

it('shows no text of an error without showErrors, and no answer has it', async () => {
  const served = await serve();
  const loop = served.loop('Outbox.flush');
  await loop.fails(new Error('the secret text', { cause: new Error('the secret cause') }));
  const answers: string[] = [];
  const origin = await startProxy({ choose: () => served.port, hear: (body) => answers.push(body) });
  const visited = await visit(`${origin}/loops`);
  const { page, opener } = visited;
  await opener('Outbox.flush').click();
  await visited.newsCame(2);
  await visited.button('Run Outbox.flush now').click();
  await visited.status.getByText('Outbox.flush').waitFor();
  expect(await page.locator('html').innerText()).not.toMatch(/secret/);
  expect(await page.content()).not.toMatch(/secret/);
  expect(answers.length).toBeGreaterThan(4);
  expect(answers.join('\n')).toContain('"detail"');
  expect(answers.join('\n')).not.toMatch(/secret/);
});

it.each([
  ['markup', MARKUP],
  ['quotes', `it's "quoted" \`here\` \${and} %s`],
  ['slashes', '../a/b\\c?d=1#e&f=%20+g'],
  ['a newline', 'first line\nsecond line'],
  ['emoji', '🦊 loop 👩‍👩‍👧'],
  ['text from right to left', 'حلقة\u202Eflush'],
  ['300 characters', 'x'.repeat(300)],
])('handles a loop whose name has %s like any other', async (_title, name) => {
  const served = await serve();
  const loop = served.loop(name);
  served.loop('Other.tick');
  const visited = await visit(served.url, { viewport: { width: 360, height: 740 } });
  const { page, row, opener, reason } = visited;
  await opener(name).click();
  await eventually(async () => expect(await visited.polls.at(-1)!.response()).not.toBeNull());
  await page.reload();
  await row(name).waitFor();
  expect(await opener(name).getAttribute('aria-expanded')).toBe('true');

  await row(name)
    .getByRole('button', { name: /^Pause / })
    .click();
  await page.getByRole('textbox', { name: 'Note' }).fill(MARKUP);
  await page.keyboard.press('Enter');
  await reason(name, MARKUP).waitFor();
  expect(loop.handle.info()).toMatchObject({ paused: true, pauseReason: MARKUP });
  expect(served.info('Other.tick').paused).toBe(false);
  const line = served.logger.messages('log').find((message) => message.includes('img src'));
  expect(line).toBeDefined();
  expect(line).not.toMatch(/\n/);

  await row(name).getByRole('button', { name: /^Run / }).click();
  await eventually(() => expect(loop.runs).toBe(2));
  await row(name)
    .getByRole('button', { name: /^Resume / })
    .click();
  await eventually(() => expect(loop.handle.info().paused).toBe(false));
  await visited.search.fill(name.slice(0, 20).split('\n')[0]!);
  await page.locator('[data-loop="Other.tick"]').waitFor({ state: 'detached' });
  await row(name).waitFor();
  await expectNoElement(visited);
  expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(360);
});
