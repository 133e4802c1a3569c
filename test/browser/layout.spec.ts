import { expect, it, jest } from '@jest/globals';
import { eventually } from './support/eventually.js';
import { OPEN, serve } from './support/serve.js';
import { visit } from './support/visit.js';

jest.setTimeout(60_000); // starting a browser takes long on a busy machine

const WATCH_SHIFTS = `globalThis.shifts = [];
new PerformanceObserver((list) => {
  for (const { value, sources } of list.getEntries()) {
    shifts.push([value, ...sources.map(({ node }) => (node?.parentElement ?? node)?.outerHTML.slice(0, 120))]);
  }
}).observe({ type: 'layout-shift', buffered: true });`;

it.each([360, 1440])('lets nothing jump at %d px when figures change', async (width) => {
  const served = await serve({ page: { ...OPEN, showErrors: true } });
  served.loop('Fast.tick', { period: 7 });
  const open = served.loop('Open.tick', { period: 50 });
  const failing = served.loop('Failing.tick', { period: '300ms' });
  await failing.fails();
  served.loop('Never.tick');
  const visited = await visit(served.url, { viewport: { width, height: 900 } }, WATCH_SHIFTS);
  await visited.opener('Open.tick').click();
  await visited.page.getByRole('heading', { name: 'Options' }).waitFor();
  await eventually(() => expect(open.runs).toBeGreaterThan(30)); // as many as an open row lists
  await visited.newsCame(2);
  const before = await visited.row('Fast.tick').innerText();
  await visited.page.evaluate('shifts.length = 0');
  await visited.newsCame(4);
  expect(await visited.row('Fast.tick').innerText()).not.toBe(before);
  expect(await visited.page.evaluate('shifts')).toEqual([]);
});

it('does not move a row while somebody points at the list, and does afterwards', async () => {
  const served = await serve();
  const loops = ['A.tick', 'B.tick', 'C.tick'].map((name) => served.loop(name));
  const visited = await visit(served.url);
  const { page, row } = visited;
  await visited.rows.nth(2).waitFor();
  const { x, y } = (await row('B.tick').boundingBox())!;
  await page.mouse.move(x + 20, y + 20);
  await loops[2]!.fails();
  await eventually(async () => {
    await page.mouse.move(x + 20 + Math.random() * 10, y + 20);
    expect(await row('C.tick').getAttribute('data-problem')).toBe('failing');
  });
  expect(await visited.names()).toEqual(['A.tick', 'B.tick', 'C.tick']);
  expect((await row('B.tick').boundingBox())!.y).toBe(y);
  await page.mouse.move(1, 1);
  await eventually(async () => expect(await visited.names()).toEqual(['C.tick', 'A.tick', 'B.tick']));
});

it('fits into 360 px, whatever is open', async () => {
  const served = await serve({ page: { ...OPEN, showErrors: true } });
  const long = `Outbox.${'flush'.repeat(40)}`;
  const loop = served.loop(long, { failureBackoff: true, timeout: '30s' });
  await loop.fails(new Error('no space left on device '.repeat(20) + 'x'.repeat(200)));
  served.loop('Mailer.send');
  const visited = await visit(served.url, { viewport: { width: 360, height: 740 } });
  const { page, opener, row } = visited;
  const width = (): Promise<unknown> => page.evaluate('document.documentElement.scrollWidth');
  await opener(long).click();
  await page.getByRole('heading', { name: 'Options' }).waitFor();
  expect(await width()).toBe(360);
  await row(long)
    .getByRole('button', { name: /^Pause / })
    .click();
  await page.getByRole('dialog').waitFor();
  expect(await width()).toBe(360);
  const dialog = (await page.getByRole('dialog').boundingBox())!;
  expect(dialog.x).toBeGreaterThanOrEqual(0);
  expect(dialog.x + dialog.width).toBeLessThanOrEqual(360);
  await page.keyboard.type('y'.repeat(200));
  await page.keyboard.press('Enter');
  await visited.reason(long, 'y'.repeat(200)).waitFor();
  expect(await width()).toBe(360);
});

it.each([360, 900, 1440])(
  'breaks no name of an option, nor a word of where it is written, at %d px',
  async (width) => {
    const served = await serve({ wait: { defaults: { hungAfter: '1h' } } });
    served.loop('Import.customer42', { timeout: '1m', failureBackoff: true, pauseAfterFailures: 9 });
    const { row } = await visit(`${served.url}/page#loop=Import.customer42`, {
      viewport: { width, height: 900 },
    });
    const table = row('Import.customer42').getByRole('table').last();
    await table.getByText('pauseAfterFailures').waitFor();
    const broken = await table.locator('tbody').evaluate((body) => {
      const cells = [...body.querySelectorAll('td:first-child, td:last-child')];
      const texts = cells.map((cell) => cell.firstChild!);
      return texts.flatMap((text) =>
        [...(text.textContent ?? '').matchAll(/\S+/g)].flatMap(({ 0: word, index }) => {
          const range = body.ownerDocument.createRange();
          range.setStart(text, index);
          range.setEnd(text, index + word.length);
          return range.getClientRects().length === 1 ? [] : [word];
        }),
      );
    });
    expect(broken).toEqual([]);
  },
);

it('has the search and all filters in one line at 1280 px, and none of them moves when it counts something', async () => {
  const served = await serve();
  const loop = served.loop('A.tick');
  served.loop('B.tick');
  const { button, page, search } = await visit(served.url, { viewport: { width: 1280, height: 900 } });
  await button('Paused 0').waitFor();
  const boxes = (): Promise<unknown[]> =>
    page.locator('.chip').evaluateAll((chips) => {
      return chips.map((chip) => [chip.getBoundingClientRect().x, chip.getBoundingClientRect().y]);
    });
  const before = await boxes();
  const { y } = (await search.boundingBox())!;
  expect(before.map((box) => (box as number[])[1])).toEqual(before.map(() => y));
  await loop.handle.pause();
  await button('Paused 1').waitFor();
  expect(await boxes()).toEqual(before);
});

it('takes the red stripe from a loop that is well again, although its place is held', async () => {
  const served = await serve();
  const loop = served.loop('A.tick');
  await loop.fails();
  const { page, row } = await visit(served.url);
  const { x, y } = (await row('A.tick').boundingBox())!;
  const stripe = (): Promise<unknown> =>
    page.evaluate(`{
      const { borderLeftColor, borderRightColor } = getComputedStyle(document.querySelector('[data-loop]'));
      borderLeftColor === borderRightColor ? 'none' : borderLeftColor;
    }`);
  expect(await stripe()).not.toBe('none');
  await loop.succeeds();
  await eventually(async () => {
    await page.mouse.move(x + 20 + Math.random() * 10, y + 20);
    expect(await row('A.tick').getByText('It is well again.').count()).toBe(1);
  });
  expect(await stripe()).toBe('none');
});
