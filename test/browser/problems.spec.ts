import { expect, it, jest } from '@jest/globals';
import { realClock, type Clock } from 'nestjs-wait';
import type { PageData } from '../../src/page/page-data.js';
import { eventually } from './support/eventually.js';
import { OPEN, serve } from './support/serve.js';
import { visit } from './support/visit.js';

jest.setTimeout(60_000); // starting a browser takes long on a busy machine

it('says that all is well when no loop has a problem', async () => {
  const served = await serve();
  served.loop('A.tick');
  const { page } = await visit(served.url);
  await page.getByRole('heading', { level: 2, name: 'Loops', exact: true }).waitFor();
  await page
    .getByText(/all .*well/i)
    .first()
    .waitFor();
  expect(await page.getByRole('heading', { name: 'Needs attention' }).count()).toBe(0);
  expect(await page.title()).toBe('Loops');
});

it('shows a loop that starts failing at the top, until it succeeds again', async () => {
  const served = await serve();
  const loops = Array.from({ length: 10 }, (_, index) => served.loop(`Loop${index}.tick`));
  const registered = loops.map(({ handle }) => handle.name);
  const visited = await visit(served.url);
  const { page, row } = visited;
  await visited.rows.nth(9).waitFor();
  expect(await visited.names()).toEqual(registered);

  await loops[7]!.fails();
  await page.getByRole('heading', { level: 2, name: 'Needs attention' }).waitFor();
  await page.getByRole('heading', { level: 2, name: 'All other loops' }).waitFor();
  expect(await visited.names()).toEqual([
    'Loop7.tick',
    ...registered.filter((name) => name !== 'Loop7.tick'),
  ]);
  expect(await row('Loop7.tick').getAttribute('data-problem')).toBe('failing');
  expect(await page.title()).toBe('(1) Loops');
  await visited.button('Failing 1').waitFor();

  await loops[7]!.succeeds();
  await page.getByRole('heading', { name: 'Needs attention' }).waitFor({ state: 'detached' });
  expect(await visited.names()).toEqual(registered);
  expect(await row('Loop7.tick').getAttribute('data-problem')).toBeNull();
  expect(await page.title()).toBe('Loops');
});

it('puts a hung loop before a failing one, and that before an overdue one, and names each problem', async () => {
  let timersWork = true;
  const clock: Clock = {
    now: () => realClock.now(),
    newTimer: (fire, options) =>
      timersWork ? realClock.newTimer(fire, options) : { reset: () => {}, stop: () => {} },
  };
  const served = await serve({ clock });
  served.loop('Well.tick');
  timersWork = false;
  served.loop('Late.tick', { period: 1 });
  timersWork = true;
  const failing = served.loop('Failing.tick');
  const hung = served.loop('Hung.tick', { hungAfter: 1 });
  await failing.fails();
  hung.hangs();
  const visited = await visit(served.url);
  await eventually(async () =>
    expect(await visited.names()).toEqual(['Hung.tick', 'Failing.tick', 'Late.tick', 'Well.tick']),
  );
  const problems = visited.rows.evaluateAll((rows) => rows.map((row) => row.getAttribute('data-problem')));
  expect(await problems).toEqual(['hung', 'failing', 'overdue', null]);
  const words = ['Hung.tick', 'Failing.tick', 'Late.tick'].map((name) => visited.row(name).innerText());
  expect(await Promise.all(words)).toEqual([
    expect.stringMatching(/hung/i),
    expect.stringMatching(/failing/i),
    expect.stringMatching(/overdue/i),
  ]);
  expect(await visited.page.title()).toBe('(3) Loops');

  hung.letGo();
  await eventually(async () =>
    expect(await visited.row('Hung.tick').getAttribute('data-problem')).toBeNull(),
  );
});

it('calls a loop well again whose run has ended between its problem and its figures', async () => {
  const served = await serve();
  const loop = served.loop('Outbox.flush');
  await loop.fails();
  const visited = await visit('about:blank');
  const { page, row } = visited;
  await page.route('**/data?*', async (route) => {
    const answer = await route.fetch();
    const data = (await answer.json()) as PageData;
    const loops = data.loops.map((one) => ({ ...one, consecutiveFailures: 0 }));
    await route.fulfill({ response: answer, json: { ...data, loops } });
  });
  await page.goto(served.url);
  await row('Outbox.flush').getByText('It is well again.').waitFor();
  expect(await row('Outbox.flush').getAttribute('data-problem')).toBeNull();
  expect(await row('Outbox.flush').innerText()).not.toMatch(/failing/i);
});

it('opens a row with the last error, the last runs and the options with their sources', async () => {
  const served = await serve({ page: { ...OPEN, showErrors: true } });
  const loop = served.loop('Outbox.flush', { timeout: '30s', failureBackoff: true });
  await loop.fails(new Error('disk full'));
  const visited = await visit(served.url);
  const { page, opener } = visited;
  await opener('Outbox.flush').click();
  expect(await opener('Outbox.flush').getAttribute('aria-expanded')).toBe('true');
  await page.getByText(/Error: disk full\n\s+at /).waitFor();
  await page.getByText('timeout', { exact: true }).waitFor();
  await page.getByText('30s', { exact: true }).waitFor();
  await opener('Outbox.flush').click();
  expect(await opener('Outbox.flush').getAttribute('aria-expanded')).toBe('false');
  await page.getByText('30s', { exact: true }).waitFor({ state: 'detached' });
});

it('lists in an open row all runs that are kept, the newest first, and scrolls them within the row', async () => {
  const served = await serve({ page: { ...OPEN, history: 60 } });
  const loop = served.loop('Fast.tick', { period: 1 });
  await eventually(() => expect(loop.runs).toBeGreaterThan(60));
  await loop.handle.pause();
  const visited = await visit(served.url);
  const { page, opener } = visited;
  await opener('Fast.tick').click();
  const box = page.getByRole('region', { name: 'Last runs of Fast.tick' });
  const runs = box.locator('tbody tr');
  await runs.nth(59).waitFor();
  const numbers = await runs.evaluateAll((rows) => rows.map((row) => Number(row.children[0]?.textContent)));
  expect(numbers).toEqual(Array.from({ length: 60 }, (_, index) => loop.runs - index));
  const [high, shown] = await box.evaluate((element) => [element.scrollHeight, element.clientHeight]);
  expect(shown).toBeLessThan(320);
  expect(high).toBeGreaterThan(1000);
  await box.focus();
  await page.keyboard.press('End');
  await eventually(async () => expect(await box.evaluate((element) => element.scrollTop)).toBeGreaterThan(0));
  expect(await page.locator('.columns').first().innerText()).toContain('Last runs');
});
