import { expect, it, jest } from '@jest/globals';
import type { Locator } from 'playwright-core';
import { eventually } from './support/eventually.js';
import { serve } from './support/serve.js';
import { visit, type Visit } from './support/visit.js';

jest.setTimeout(60_000); // starting a browser takes long on a busy machine

const MOST_STOPS = 40;

/** Presses Tab until the focus is there. */
async function tabTo({ page }: Visit, target: Locator): Promise<void> {
  for (let stop = 0; stop < MOST_STOPS; stop++) {
    // oxlint-disable-next-line no-await-in-loop -- one key after the other
    await page.keyboard.press('Tab');
    // oxlint-disable-next-line no-await-in-loop -- one key after the other
    if (await hasFocus(target)) {
      return;
    }
  }
  throw new Error(`Tab does not lead to ${String(target)}.`);
}

async function hasFocus(target: Locator): Promise<boolean> {
  return (await target.and(target.page().locator(':focus')).count()) === 1;
}

it('finds, opens, pauses with a note, resumes and runs a loop without the mouse', async () => {
  const served = await serve();
  const loops = ['Mailer.send', 'Outbox.flush', 'Reports.build'].map((name) => served.loop(name));
  const visited = await visit(served.url);
  const { page, button, opener, reason } = visited;
  await visited.rows.nth(2).waitFor();

  await page.keyboard.press('/');
  await page.keyboard.type('outbox');
  await eventually(async () => expect(await visited.names()).toEqual(['Outbox.flush']));
  await tabTo(visited, opener('Outbox.flush'));
  await page.keyboard.press('Enter');
  await eventually(async () =>
    expect(await opener('Outbox.flush').getAttribute('aria-expanded')).toBe('true'),
  );
  await visited.newsCame(2);
  expect(await hasFocus(opener('Outbox.flush'))).toBe(true);

  await tabTo(visited, button('Pause Outbox.flush'));
  await page.keyboard.press('Space');
  await page.getByRole('dialog', { name: 'Pause Outbox.flush' }).waitFor();
  await visited.newsCame(2);
  await page.keyboard.type('by hand');
  await page.keyboard.press('Enter');
  await reason('Outbox.flush', 'by hand').waitFor();
  expect(await hasFocus(button('Resume Outbox.flush'))).toBe(true);
  await visited.newsCame(2);
  expect(await hasFocus(button('Resume Outbox.flush'))).toBe(true);

  await page.keyboard.press('Enter');
  await button('Pause Outbox.flush').waitFor();
  expect(served.info('Outbox.flush').paused).toBe(false);
  expect(await hasFocus(button('Pause Outbox.flush'))).toBe(true);
  await tabTo(visited, button('Run Outbox.flush now'));
  await page.keyboard.press('Enter');
  await eventually(() => expect(loops[1]!.runs).toBe(2));
  await visited.newsCame(2);
  expect(await hasFocus(button('Run Outbox.flush now'))).toBe(true);
});

it('keeps the focus in a row that moves', async () => {
  const served = await serve();
  const loops = ['Mailer.send', 'Outbox.flush', 'Reports.build'].map((name) => served.loop(name));
  const visited = await visit(served.url);
  await visited.rows.nth(2).waitFor();
  await visited.opener('Reports.build').focus();
  await loops[2]!.fails();
  await eventually(async () => expect((await visited.names())[0]).toBe('Reports.build'));
  expect(await hasFocus(visited.opener('Reports.build'))).toBe(true);
  await loops[2]!.succeeds();
  await eventually(async () => expect((await visited.names())[2]).toBe('Reports.build'));
  expect(await hasFocus(visited.opener('Reports.build'))).toBe(true);
});

it('does not take a / in the note for a search', async () => {
  const served = await serve();
  served.loop('Outbox.flush');
  const visited = await visit(served.url);
  await visited.button('Pause Outbox.flush').click();
  const note = visited.page.getByRole('textbox', { name: 'Note' });
  await note.waitFor();
  await visited.page.keyboard.type('a/b');
  expect(await note.inputValue()).toBe('a/b');
});
