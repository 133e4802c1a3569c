import { expect, it, jest } from '@jest/globals';
import { InMemoryLock, InMemoryLockStore } from 'nestjs-wait/leader-election';
import { eventually } from './support/eventually.js';
import { startProxy } from './support/proxy.js';
import { serveOn } from './support/replicas.js';
import type { Served, ServeOptions } from './support/serve.js';
import { visit } from './support/visit.js';

jest.setTimeout(60_000); // starting a browser takes long on a busy machine

const A = `alpha-${process.pid}`;
const B = `beta-${process.pid}`;

/** Two replicas after a balancer, which sends each request to the next one, or to the one that the test chooses. */
async function serveTwo(
  options?: (name: string) => ServeOptions,
): Promise<{ a: Served; b: Served; url: string; sendTo: (replica: Served | undefined) => void }> {
  const a = await serveOn('alpha', options?.('alpha'));
  const b = await serveOn('beta', options?.('beta'));
  let chosen: Served | undefined;
  let turn = 0;
  const origin = await startProxy({ choose: () => (chosen ?? (turn++ % 2 === 0 ? a : b)).port });
  return { a, b, url: `${origin}/loops`, sendTo: (replica) => (chosen = replica) };
}

it('has no tab as long as one replica answers, and one tab for each that has answered', async () => {
  const { a, b, url, sendTo } = await serveTwo();
  a.loop('OnlyA.tick');
  b.loop('OnlyB.tick');
  sendTo(a);
  const visited = await visit(url);
  const { page, row } = visited;
  await row('OnlyA.tick').waitFor();
  await page.getByText(`Replica ${A}`).waitFor();
  expect(await page.getByRole('tab').count()).toBe(0);

  sendTo(undefined);
  await page.getByRole('tab').nth(1).waitFor();
  await page.getByRole('tab', { name: new RegExp(B) }).click();
  await row('OnlyB.tick').waitFor();
  expect(await row('OnlyA.tick').count()).toBe(0);
  expect(await page.getByRole('tab', { name: new RegExp(B) }).getAttribute('aria-selected')).toBe('true');
  await visited.newsCame(3);
  expect(await visited.names()).toEqual(['OnlyB.tick']);
  await page.getByRole('tab', { name: new RegExp(A) }).click();
  await row('OnlyA.tick').waitFor();
  expect(await row('OnlyB.tick').count()).toBe(0);
});

it('says on its tab that a replica has problems, moves no tab, and says that all is well of one replica only', async () => {
  const { a, b, url } = await serveTwo();
  const failing = a.loop('Outbox.flush');
  b.loop('Outbox.flush');
  const { page } = await visit(url);
  const [tabOfA, tabOfB] = [A, B].map((name) => page.getByRole('tab', { name: new RegExp(name) }));
  await tabOfB!.click();
  await page.getByRole('tabpanel', { name: new RegExp(B) }).waitFor();
  expect(
    await page
      .getByRole('tab')
      .getByText(/attention/)
      .count(),
  ).toBe(0);
  const place = await tabOfB!.boundingBox();

  await failing.fails();
  await tabOfA!.getByText('1 needs attention').waitFor();
  expect(await tabOfB!.getByText(/attention/).count()).toBe(0);
  expect(await tabOfB!.boundingBox()).toEqual(place);
  await page.getByText(/All is well on this replica/).waitFor();

  await failing.succeeds();
  await tabOfA!.getByText('1 needs attention').waitFor({ state: 'detached' });
});

it('says which replica an action has reached, and tries again', async () => {
  const { a, b, url, sendTo } = await serveTwo();
  const loop = a.loop('Outbox.flush');
  b.loop('Outbox.flush');
  sendTo(a);
  const visited = await visit(url);
  const { page, button, alert } = visited;
  await button('Pause Outbox.flush').waitFor();
  await page.route('**/data*', (route) => route.abort('aborted')); // no other replica is seen meanwhile
  visited.complaints.expect(/status of 409/);
  sendTo(b);
  await button('Pause Outbox.flush').click();
  await page.keyboard.type('a note that is kept');
  await page.keyboard.press('Enter');
  const words = `This loop is on ${A}-\\w+, but ${B}-\\w+ answered\\. Open ${A}-\\w+, or try again\\.`;
  await alert.getByText(new RegExp(words)).waitFor();
  expect([a, b].map((replica) => replica.info('Outbox.flush').paused)).toEqual([false, false]);

  sendTo(a);
  await page.unroute('**/data*');
  await alert.getByRole('button', { name: 'Try again', exact: true }).click();
  await eventually(() =>
    expect(loop.handle.info()).toMatchObject({ paused: true, pauseReason: 'a note that is kept' }),
  );
  await alert.getByText('This loop is on').waitFor({ state: 'hidden' });
  expect(b.info('Outbox.flush').paused).toBe(false);
});

it('shows who leads, and that a leader-only loop stands by on the other replica', async () => {
  const store = new InMemoryLockStore();
  const { a, b, url, sendTo } = await serveTwo((identity) => ({
    wait: { leaderElection: { lock: new InMemoryLock({ store, identity }) } },
  }));
  const onA = a.loop('Finalizer.run', { leaderOnly: true });
  b.loop('Finalizer.run', { leaderOnly: true });
  await eventually(() => expect(onA.runs).toBe(1));
  sendTo(undefined);
  const visited = await visit(url);
  const { page, row, button } = visited;
  await page.getByRole('tab').nth(1).waitFor();
  await page.getByRole('tab', { name: new RegExp(A) }).click();
  await page.getByText('Leader of default').waitFor();
  await page.getByRole('tab', { name: new RegExp(B) }).click();
  await eventually(async () => expect(await row('Finalizer.run').getAttribute('data-state')).toBe('standby'));
  const run = button('Run Finalizer.run now');
  expect(await run.getAttribute('aria-disabled')).toBe('true');
  expect(await run.getAttribute('title')).toMatch(/lead/i);
});

it('marks a replica that has not answered for a minute, and drops it after ten', async () => {
  const { a, b, url, sendTo } = await serveTwo();
  a.loop('OnlyA.tick');
  b.loop('OnlyB.tick');
  const visited = await visit('about:blank');
  const { page } = visited;
  await page.clock.install();
  await page.goto(url);
  const tab = page.getByRole('tab', { name: new RegExp(B) });
  await tab.waitFor();
  await page.getByRole('tab', { name: new RegExp(A) }).click();
  const fresh = await tab.innerText();
  sendTo(a);
  await page.clock.fastForward(61_000);
  await eventually(async () => expect(await tab.innerText()).not.toBe(fresh));
  await page.clock.fastForward(600_000);
  await eventually(async () => expect(await page.getByRole('tab').count()).toBe(0));
});

it('shows the process that answers after a restart', async () => {
  const before = await serveOn('alpha');
  before.loop('Before.tick');
  const visited = await visit('about:blank');
  const { page, row } = visited;
  await page.clock.install();
  await page.goto(before.url);
  await row('Before.tick').waitFor();
  visited.complaints.expect(/ERR_CONNECTION/);
  await before.close();
  await page.getByText(/No answer/).waitFor();

  const after = await serveOn('beta', { port: before.port });
  after.loop('After.tick');
  await page.getByText('next try').waitFor();
  await page.getByRole('button', { name: 'Ask now' }).click();
  await row('After.tick').waitFor();
  expect(await visited.names()).toEqual(['After.tick']);
  await page.getByText(`Replica ${B}`).waitFor();
  await visited.status.getByText(new RegExp(`${B}-\\w+ answers now\\. ${A}-\\w+ was last seen`)).waitFor();
  expect(await page.locator('main').getAttribute('data-old')).toBe('false');
});

it('does not say that it is live, nor that all is well, while the replica that it shows is silent', async () => {
  const { a, b, url, sendTo } = await serveTwo();
  a.loop('OnlyA.tick');
  b.loop('OnlyB.tick');
  const visited = await visit('about:blank');
  const { page } = visited;
  await page.clock.install();
  sendTo(a);
  await page.goto(url);
  await page.getByText('All is well').waitFor();
  sendTo(b);
  await eventually(async () => {
    await page.clock.runFor(1000);
    expect(await page.locator('main').getAttribute('data-old')).toBe('true');
  });
  expect(await visited.names()).toEqual(['OnlyA.tick']);
  expect(await page.getByText(/Live|All is well/).count()).toBe(0);
  await page.getByText(/No answer of this replica for/).waitFor();
});

it('marks what it shows as old when the replica that somebody has chosen is not seen for a minute', async () => {
  const { a, b, url, sendTo } = await serveTwo();
  a.loop('OnlyA.tick');
  b.loop('OnlyB.tick');
  const visited = await visit('about:blank');
  const { page, row } = visited;
  await page.clock.install();
  await page.goto(url);
  await page.getByRole('tab', { name: new RegExp(A) }).click();
  await row('OnlyA.tick').waitFor();
  expect(await page.locator('main').getAttribute('data-old')).toBe('false');
  sendTo(b);
  await page.clock.fastForward(61_000);
  await page.locator('main[data-old=true]').waitFor();
  await page.getByText(/No answer of this replica for 1m/).waitFor();
  expect(await visited.names()).toEqual(['OnlyA.tick']);
  sendTo(a);
  await page.locator('main[data-old=false]').waitFor();
});
