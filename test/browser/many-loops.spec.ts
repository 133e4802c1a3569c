import { expect, it, jest } from '@jest/globals';
import { eventually } from './support/eventually.js';
import type { ScriptedLoop } from './support/scripted-loop.js';
import { serve, type Served } from './support/serve.js';
import { visit } from './support/visit.js';

jest.setTimeout(60_000); // starting a browser takes long on a busy machine

/** Serves more loops than are listed, and one more at their end, which is not listed as long as it is well. */
async function serveMany(): Promise<{ readonly served: Served; readonly last: ScriptedLoop }> {
  const served = await serve();
  for (let index = 0; index < 120; index++) {
    served.loop(`Loop${index}.tick`);
  }
  return { served, last: served.loop('Last.tick') };
}

it('keeps a loop in the list that is paused and mended, so that somebody can resume it', async () => {
  const { served, last } = await serveMany();
  await last.fails();
  const visited = await visit(served.url);
  const { page, row, button, status } = visited;
  await button('Pause Last.tick').click();
  await page.keyboard.press('Enter');
  await button('Resume Last.tick').waitFor();
  await last.succeeds();
  await row('Last.tick').getByText('It is well again.').waitFor();
  await page.reload();
  await button('Resume Last.tick').click();
  await status.getByText('Last.tick is resumed.').waitFor();
});

it('keeps an open loop in the list, and a link to it shows it within the window', async () => {
  const { served, last } = await serveMany();
  await last.fails();
  const visited = await visit(served.url);
  const { page, row, opener } = visited;
  await opener('Last.tick').click();
  await last.succeeds();
  await row('Last.tick').getByText('It is well again.').waitFor();
  await visited.newsCame(2);
  expect(await visited.rows.count()).toBe(100);

  await page.reload();
  await row('Last.tick').getByText('Options').waitFor();
  expect((await visited.names()).at(-1)).toBe('Last.tick');
  const { height } = page.viewportSize()!;
  await eventually(async () => {
    const { y } = (await opener('Last.tick').boundingBox())!;
    expect(y).toBeGreaterThanOrEqual(0);
    expect(y).toBeLessThan(height);
  });
});

it('says that an open loop has gone, and that a link names one that is not there', async () => {
  const served = await serve();
  const loop = served.loop('Import.customer42');
  served.loop('Outbox.flush');
  const { page, row, opener, status } = await visit(served.url);
  await opener('Import.customer42').click();
  await row('Import.customer42').getByText('Options').waitFor();
  await loop.handle.stop();
  await row('Import.customer42').waitFor({ state: 'detached' });
  await status.getByText(/Import\.customer42 is not here/).waitFor();

  await page.reload();
  await status.getByText(/Import\.customer42 is not here/).waitFor();
  await row('Outbox.flush').waitFor();
});
