import { expect, it, jest } from '@jest/globals';
import { serve } from './support/serve.js';
import { visit } from './support/visit.js';

jest.setTimeout(60_000); // starting a browser takes long on a busy machine

const WATCH_TASKS = `globalThis.tasks = [];
new PerformanceObserver((list) => tasks.push(...list.getEntries().map(({ duration }) => duration)))
  .observe({ type: 'longtask', buffered: true });`;

const FIGURES = `({
  paint: Math.round(performance.getEntriesByName('first-contentful-paint')[0].startTime),
  task: Math.round(Math.max(0, ...tasks)),
})`;

it.each([
  [10, 10],
  [1000, 100],
])('with %d loops lists %d of them', async (count, listed) => {
  const served = await serve();
  for (let index = 0; index < count; index++) {
    served.loop(`Loop${index}.tick`, { period: index % 2 === 0 ? '5s' : '1m' });
  }
  const visited = await visit(served.url, {}, WATCH_TASKS);
  const { page, rows } = visited;
  await rows.nth(listed - 1).waitFor();
  expect(await visited.names()).toEqual(Array.from({ length: listed }, (_, index) => `Loop${index}.tick`));
  await page.getByRole('heading', { level: 1, name: 'Loops', exact: true }).waitFor();
  await page.getByText(/Replica \S+-\d+/).waitFor();
  await page.getByText(/Up since/).waitFor();
  await page.getByRole('button', { name: new RegExp(`^All ${count.toLocaleString('en')}$`) }).waitFor();

  const { paint, task } = await page.evaluate<{ paint: number; task: number }>(FIGURES);
  process.stdout.write(`${count} loops: first paint after ${paint} ms, longest task ${task} ms\n`);
});

it('lists more of many loops when asked to, and keeps them when news comes', async () => {
  const served = await serve();
  for (let index = 0; index < 250; index++) {
    served.loop(`Loop${index}.tick`);
  }
  const visited = await visit(served.url);
  const more = visited.button('Show 100 more');
  await more.click();
  await visited.rows.nth(199).waitFor();
  await visited.newsCame(2);
  expect(await visited.rows.count()).toBe(200);
  await visited.page.getByRole('button', { name: /^Show .* more$/ }).click();
  await visited.rows.nth(249).waitFor();
  expect(await visited.page.getByRole('button', { name: /^Show .* more$/ }).count()).toBe(0);
});
