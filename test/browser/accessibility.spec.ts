import { expect, it, jest } from '@jest/globals';
import { eventually } from './support/eventually.js';
import { barriersOf } from './support/axe.js';
import { startProxy } from './support/proxy.js';
import { serveOn } from './support/replicas.js';
import { OPEN, serve, type Served, type ServeOptions } from './support/serve.js';
import { visit, type Visit } from './support/visit.js';

jest.setTimeout(90_000); // starting a browser takes long on a busy machine, and so does axe

const LOOPS = ['Outbox.flush', 'Mailer.send', 'Reports.build', 'Cache.warm', 'Index.refresh'];

async function serveLoops(options?: ServeOptions): Promise<Served> {
  const served = await serve(options);
  LOOPS.forEach((name) => served.loop(name, { hungAfter: 1, period: '1h' }));
  return served;
}

async function serveBurning(
  options: ServeOptions = { page: { ...OPEN, showErrors: true } },
): Promise<Served> {
  const served = await serve(options);
  const [failing, hung, paused] = LOOPS.map((name) => served.loop(name, { hungAfter: 1 }));
  await failing!.fails(new Error('disk full'));
  await paused!.fails(new Error('disk full'));
  void paused!.handle.pause('database migration');
  hung!.hangs();
  return served;
}

const STATES: readonly [title: string, prepare: () => Promise<Visit>][] = [
  [
    'all well',
    async () => {
      const visited = await visit((await serveLoops()).url);
      await visited.page.getByText(/All is well/).waitFor();
      return visited;
    },
  ],
  [
    'burning',
    async () => {
      const visited = await visit((await serveBurning()).url);
      await visited.page.locator('[data-problem=hung]').waitFor();
      return visited;
    },
  ],
  [
    'with an open row',
    async () => {
      const visited = await visit((await serveBurning()).url);
      await visited.opener('Reports.build').click();
      await visited.page.getByText(/Error: disk full\n/).waitFor();
      return visited;
    },
  ],
  [
    'with the dialog',
    async () => {
      const visited = await visit((await serveLoops()).url);
      await visited.button('Pause Mailer.send').click();
      await visited.page.getByRole('dialog').waitFor();
      return visited;
    },
  ],
  [
    'after an action and a refusal',
    async () => {
      const served = await serveLoops();
      const visited = await visit(served.url);
      await visited.button('Run Mailer.send now').click();
      await visited.status.getByText('Mailer.send').waitFor();
      await visited.page.route('**/actions', (route) =>
        route.fulfill({ status: 409, json: { instance: 'other', message: 'Not here.' } }),
      );
      visited.complaints.expect(/status of 409/);
      await visited.button('Run Mailer.send now').click();
      await visited.alert.waitFor();
      return visited;
    },
  ],
  [
    'read-only',
    async () => {
      const visited = await visit((await serveBurning({ page: { access: () => 'read' } })).url);
      await visited.page.locator('[data-problem=hung]').waitFor();
      return visited;
    },
  ],
  [
    'empty',
    async () => {
      const visited = await visit((await serve()).url);
      await visited.page.getByText(/no loops/).waitFor();
      return visited;
    },
  ],
  [
    'with two replicas',
    async () => {
      const replicas = [await serveOn('alpha'), await serveOn('beta')];
      replicas.forEach((replica) => replica.loop('Outbox.flush'));
      let turn = 0;
      const origin = await startProxy({ choose: () => replicas[turn++ % 2]!.port });
      const visited = await visit(`${origin}/loops`);
      await visited.page.getByRole('tab').nth(1).waitFor();
      return visited;
    },
  ],
  [
    'without an answer',
    async () => {
      const served = await serveBurning();
      const visited = await visit(served.url);
      await visited.page.locator('[data-problem=hung]').waitFor();
      visited.complaints.expect(/ERR_CONNECTION/);
      await served.close();
      await visited.page.getByText(/No answer/).waitFor();
      return visited;
    },
  ],
];

it.each(STATES)('puts up no barrier: %s', async (_title, prepare) => {
  const visited = await prepare();
  const barriers: string[] = [];
  for (const colorScheme of ['light', 'dark'] as const) {
    for (const width of [360, 1440]) {
      /* oxlint-disable no-await-in-loop -- one look after the other */
      await visited.page.emulateMedia({ colorScheme });
      await visited.page.setViewportSize({ width, height: 900 });
      const found = await barriersOf(visited.page);
      barriers.push(...found.map((barrier) => `${colorScheme}, ${width} px: ${barrier}`));
      /* oxlint-enable no-await-in-loop */
    }
  }
  expect(barriers).toEqual([]);
});

it('tells a screen reader what has become worse and better, and nothing when somebody searches', async () => {
  const served = await serve();
  const loops = LOOPS.map((name) => served.loop(name));
  const visited = await visit(served.url);
  await visited.rows.nth(4).waitFor();
  const told = visited.page.locator('body > [aria-live=polite], body > * > [aria-live=polite]');
  const texts = async (): Promise<string> => (await told.allInnerTexts()).join(' ');
  await loops[0]!.fails();
  await eventually(async () => expect(await texts()).toMatch(/Outbox\.flush is failing/));
  await visited.search.fill('Mailer');
  await eventually(async () => expect(await visited.names()).toEqual(['Mailer.send']));
  await visited.newsCame(2);
  expect(await texts()).not.toMatch(/All is well/);
  expect(await visited.page.title()).toBe('(1) Loops');
  await loops[0]!.succeeds();
  await visited.search.fill('');
  await eventually(async () => expect(await texts()).toMatch(/All is well/));
});
