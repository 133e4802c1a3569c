import { expect, it, jest } from '@jest/globals';
import { eventually } from './support/eventually.js';
import { serve, type Served } from './support/serve.js';
import { visit } from './support/visit.js';

jest.setTimeout(60_000); // starting a browser takes long on a busy machine

/** Serves four loops. Two of them fail, and one of these is paused. */
async function serveFour(): Promise<Served> {
  const served = await serve();
  served.loop('Mailer.send');
  served.loop('Outbox.sweep');
  await served.loop('Outbox.flush').fails();
  const paused = served.loop('Reports.build');
  await paused.fails();
  await paused.handle.pause();
  return served;
}

it('finds by a part of the name and by a state, and keeps both and the open row over a reload', async () => {
  const served = await serveFour();
  const visited = await visit(served.url);
  const { page, search, button, opener } = visited;
  await visited.rows.nth(3).waitFor();

  await search.fill('OUT');
  await eventually(async () => expect(await visited.names()).toEqual(['Outbox.flush', 'Outbox.sweep']));
  await button('Failing 2').click();
  await eventually(async () => expect(await visited.names()).toEqual(['Outbox.flush']));
  expect(await button('Failing 2').getAttribute('aria-pressed')).toBe('true');
  await opener('Outbox.flush').click();
  await eventually(async () =>
    expect(await opener('Outbox.flush').getAttribute('aria-expanded')).toBe('true'),
  );
  const hash = new URLSearchParams(new URL(page.url()).hash.slice(1));
  expect(Object.fromEntries(hash)).toEqual({ state: 'failing', q: 'OUT', loop: 'Outbox.flush' });

  await page.reload();
  await visited.rows.first().waitFor();
  expect(await visited.names()).toEqual(['Outbox.flush']);
  expect(await search.inputValue()).toBe('OUT');
  expect(await button('Failing 2').getAttribute('aria-pressed')).toBe('true');
  expect(await opener('Outbox.flush').getAttribute('aria-expanded')).toBe('true');

  await page.locator('button[aria-pressed]', { hasText: /^All/ }).click();
  await search.fill('');
  await eventually(async () => expect(await visited.names()).toHaveLength(4));
});

it('follows the hash of a link, and of the back button', async () => {
  const served = await serveFour();
  const visited = await visit(`${served.url}/page#state=paused`);
  await visited.rows.first().waitFor();
  expect(await visited.names()).toEqual(['Reports.build']);
  await visited.page.goto(`${served.url}/page#q=mail`);
  await eventually(async () => expect(await visited.names()).toEqual(['Mailer.send']));
  expect(await visited.search.inputValue()).toBe('mail');
  await visited.page.goBack();
  await eventually(async () => expect(await visited.names()).toEqual(['Reports.build']));
});

it('focuses the search at /, and clears it at Escape', async () => {
  const served = await serveFour();
  const visited = await visit(served.url);
  const { page, search } = visited;
  await visited.rows.nth(3).waitFor();
  await page.keyboard.press('/');
  await search.and(page.locator(':focus')).waitFor();
  expect(await search.inputValue()).toBe('');
  await page.keyboard.type('mail/x');
  expect(await search.inputValue()).toBe('mail/x');
  await eventually(async () => expect(await visited.names()).toEqual([]));
  await page.keyboard.press('Escape');
  expect(await search.inputValue()).toBe('');
  await eventually(async () => expect(await visited.names()).toHaveLength(4));
});

it('says so when no loop matches', async () => {
  const served = await serveFour();
  const visited = await visit(served.url);
  await visited.search.fill('no such loop');
  await visited.page
    .getByText(/no loop.*match|no such/i)
    .first()
    .waitFor();
});
