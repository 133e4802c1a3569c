import { describe, expect, it } from '@jest/globals';
import { FakeClock } from 'nestjs-wait/testing';
import { NoAnswer } from '../../../src/page/client/server/no-answer.js';
import { PageServer, type ActionResult } from '../../../src/page/client/server/page-server.js';
import { firstState, isOld, replicaOf } from '../../../src/page/client/state/app-state.js';
import { LoopPage } from '../../../src/page/client/state/loop-page.js';
import { Store } from '../../../src/page/client/state/store.js';
import type { View } from '../../../src/page/client/state/view.js';
import { serverNow } from '../../../src/page/client/time/server-time.js';
import { connectionWords } from '../../../src/page/client/words/connection.js';
import type { PageAction, PageData } from '../../../src/page/page-data.js';
import { at, failingLoop, NOW, pageData, pageLoop } from '../../support/page-client.js';

/** Answers with what the test puts into it. */
class ScriptedServer extends PageServer {
  readonly asked: [view: View, limit: number][] = [];
  readonly actions: PageAction[] = [];
  answer: PageData | NoAnswer = pageData([pageLoop('A'), pageLoop('B')]);
  result: ActionResult | Error = { instance: 'web-1', message: 'Done.', isDone: true, isElsewhere: false };

  constructor() {
    super(() => Promise.reject(new Error('nothing is sent')));
  }

  override async data(view: View, limit: number): Promise<PageData> {
    this.asked.push([view, limit]);
    return this.answer instanceof Error ? Promise.reject(this.answer) : this.answer;
  }

  override async act(action: PageAction): Promise<ActionResult> {
    this.actions.push(action);
    return this.result instanceof Error ? Promise.reject(this.result) : this.result;
  }
}

async function opened(view: View = { q: '' }): Promise<{
  clock: FakeClock;
  server: ScriptedServer;
  page: LoopPage;
  store: Store;
  kept: View[];
}> {
  const clock = new FakeClock();
  const server = new ScriptedServer();
  const store = new Store(firstState(view));
  const kept: View[] = [];
  const page = new LoopPage(store, clock, server, (one) => kept.push(one));
  page.setHidden(false);
  await clock.advance(0);
  return { clock, server, page, store, kept };
}

const instances = (store: Store): string[] => store.state.replicas.map(({ data }) => data.instance);

describe('the page', () => {
  it('shows what the server answers, problems first', async () => {
    const { clock, server, store } = await opened();
    expect(store.state.order).toEqual({ attention: [], others: ['A', 'B'] });
    server.answer = pageData([failingLoop('B'), pageLoop('A')]);
    await clock.advance(2000);
    expect(store.state.order).toEqual({ attention: ['B'], others: ['A'] });
  });

  it('keeps the order for 3 s after the pointer was used within the list, then puts it right', async () => {
    const { clock, server, page, store } = await opened();
    await clock.advance(1000);
    page.touch();
    server.answer = pageData([failingLoop('B'), pageLoop('A')]);
    await clock.advance(2999);
    page.tick();
    expect(store.state.order).toEqual({ attention: [], others: ['A', 'B'] });
    expect(replicaOf(store.state)?.data.loops[0]?.problem).toBe('failing');
    await clock.advance(1);
    page.tick();
    expect(store.state.order).toEqual({ attention: ['B'], others: ['A'] });
  });

  it('filters at once what it has, asks for the rest, and keeps the view in the URL', async () => {
    const { server, page, store, kept } = await opened();
    page.touch();
    page.search('b');
    expect(store.state.order.others).toEqual(['B']);
    page.filter('running');
    expect(store.state.order.others).toEqual([]);
    const view = { q: 'b', state: 'running' };
    expect(server.asked.at(-1)).toEqual([view, 100]);
    expect(kept).toEqual([{ q: 'b' }, view]);
  });

  it('asks for the details of the loop that is opened, and for none once it is closed', async () => {
    const { clock, server, page } = await opened();
    page.open('A');
    expect(server.asked.at(-1)).toEqual([{ q: '', loop: 'A' }, 100]);
    page.open(undefined);
    await clock.advance(2000);
    expect(server.asked.at(-1)).toEqual([{ q: '', loop: undefined }, 100]);
  });

  it('asks for 100 more rows, up to 500, and for 100 of another filter', async () => {
    const { server, page } = await opened();
    for (let more = 0; more < 5; more++) {
      page.showMore();
    }
    page.filter('failing');
    expect(server.asked.map(([, limit]) => limit)).toEqual([100, 200, 300, 400, 500, 500, 100]);
  });

  it('asks nothing while it is hidden', async () => {
    const { clock, server, page } = await opened();
    page.setHidden(true);
    await clock.advance(60_000);
    expect(server.asked).toHaveLength(1);
    page.setHidden(false);
    expect(server.asked).toHaveLength(2);
  });

  it('says that there is no answer, and shows what it had, until there is one', async () => {
    const { clock, server, store } = await opened();
    const { answer } = server;
    server.answer = new NoAnswer('The server cannot be reached.');
    await clock.advance(2000);
    expect(store.state.failure).toEqual({ why: 'The server cannot be reached.', nextTry: 6000 });
    expect(store.state.order.others).toEqual(['A', 'B']);
    await clock.advance(1500);
    expect(connectionWords(store.state, clock.now())).toBe('No answer for 3 s; next try in 3 s');
    server.answer = answer;
    await clock.advance(2500);
    expect(store.state.failure).toBeUndefined();
  });

  it('says that nobody has ever answered', async () => {
    const { page, server, store, clock } = await opened();
    store.change({ replicas: [] });
    server.answer = new NoAnswer('The server cannot be reached.');
    page.askNow();
    await clock.advance(4000);
    expect(connectionWords(store.state, clock.now() - 4000)).toBe('No answer; next try in 12 s');
    expect(connectionWords(store.state, clock.now() + 8000)).toBe('No answer; trying now');
  });

  it('takes the time of the server, whatever the browser thinks', async () => {
    const { clock, store } = await opened();
    await clock.advance(1500);
    expect(serverNow(store.state, clock.now())).toBe(NOW + 1500);
  });

  it('shows the replica that is chosen, whoever answers', async () => {
    const { clock, server, page, store } = await opened();
    server.answer = pageData([failingLoop('C')], { instance: 'web-2' });
    await clock.advance(2000);
    expect([instances(store), store.state.shown]).toEqual([['web-1', 'web-2'], 'web-1']);
    page.choose('web-2');
    expect(store.state.order.attention).toEqual(['C']);
    server.answer = pageData([pageLoop('A')]);
    await clock.advance(60_000);
    expect(store.state.shown).toBe('web-2');
    expect(connectionWords(store.state, clock.now())).toBe('No answer of this replica for 1m');
  });
});

describe('a replica that has ended', () => {
  const answers = (server: ScriptedServer, instance: string): void => {
    server.answer = pageData([pageLoop('A')], { instance });
  };

  it('gives way at once to a new one that answers first after an outage, as after a restart', async () => {
    const { clock, server, store } = await opened();
    server.answer = new NoAnswer('The server cannot be reached.');
    await clock.advance(2000);
    answers(server, 'web-2');
    await clock.advance(4000);
    expect(store.state.shown).toBe('web-2');
    expect(store.state.notice).toBe('web-2 answers now. web-1 was last seen 6 s ago.');
  });

  it('gives way at once to one that has started since its last answer, as after a quick restart', async () => {
    const { clock, server, store } = await opened();
    server.answer = pageData([pageLoop('A')], { instance: 'web-2', startedAt: at(-1), now: at(2000) });
    await clock.advance(2000);
    expect(store.state.shown).toBe('web-1');
    server.answer = pageData([pageLoop('A')], { instance: 'web-3', startedAt: at(1), now: at(4000) });
    await clock.advance(2000);
    expect(store.state.shown).toBe('web-3');
  });

  it('stays after an outage if one answers that was seen before, or if somebody has chosen it', async () => {
    const { clock, server, page, store } = await opened();
    answers(server, 'web-2');
    await clock.advance(2000);
    for (const instance of ['web-2', 'web-3']) {
      server.answer = new NoAnswer('The server cannot be reached.');
      // oxlint-disable no-await-in-loop -- one outage after the other
      await clock.advance(2000);
      answers(server, instance);
      await clock.advance(4000);
      // oxlint-enable no-await-in-loop
      expect([store.state.shown, store.state.notice]).toEqual(['web-1', undefined]);
      page.choose('web-1');
    }
  });

  it('is old once it is silent, and gives way later if only others answer', async () => {
    const { clock, server, store } = await opened();
    answers(server, 'web-2');
    await clock.advance(12_000);
    expect([store.state.shown, isOld(store.state, clock.now())]).toEqual(['web-1', false]);
    await clock.advance(2000);
    expect([store.state.shown, isOld(store.state, clock.now())]).toEqual(['web-1', true]);
    expect(connectionWords(store.state, clock.now())).toBe('No answer of this replica for 14 s');
    await clock.advance(8000);
    expect([store.state.shown, isOld(store.state, clock.now())]).toEqual(['web-2', false]);
    expect(store.state.notice).toBe('web-2 answers now. web-1 was last seen 22 s ago.');
  });
});

describe('an action', () => {
  it('goes to the replica that is shown, and its answer is told for a while', async () => {
    const { clock, server, page, store } = await opened();
    page.askForNote(pageLoop('A'));
    await page.pause('why');
    expect(server.actions).toEqual([{ loop: 'A', action: 'pause', note: 'why', instance: 'web-1' }]);
    expect(store.state).toMatchObject({ pausing: undefined, notice: 'Done.', busy: [] });
    await clock.advance(9999);
    expect(store.state.notice).toBe('Done.');
    await clock.advance(1);
    expect(store.state.notice).toBeUndefined();
  });

  it('asks for a note until it is given or not wanted, whatever becomes of the loop in the list', async () => {
    const { clock, server, page, store } = await opened({ q: '', state: 'failing' });
    const loop = failingLoop('A');
    page.askForNote(loop);
    const asked = { loop, instance: 'web-1' };
    for (const loops of [[loop], [], [loop]]) {
      server.answer = pageData(loops);
      // oxlint-disable-next-line no-await-in-loop -- one answer after the other
      await clock.advance(2000);
      expect(store.state.pausing).toEqual(asked);
    }
    page.forgetPause();
    server.answer = pageData([loop]);
    await clock.advance(2000);
    expect(store.state.pausing).toBeUndefined();
    expect(server.actions).toEqual([]);
  });

  it('pauses on the replica that was looked at when the note was asked for', async () => {
    const { clock, server, page, store } = await opened();
    page.askForNote(pageLoop('A'));
    server.answer = pageData([pageLoop('A')], { instance: 'web-2' });
    await clock.advance(60_000);
    expect(store.state.shown).toBe('web-2');
    await page.pause('why');
    expect(server.actions).toEqual([{ loop: 'A', action: 'pause', note: 'why', instance: 'web-1' }]);
  });

  it('is followed by a question, so that one sees what it did', async () => {
    const { server, page } = await opened();
    await page.resume('A');
    expect(server.asked).toHaveLength(2);
  });

  it('is not sent twice by a double click', async () => {
    const { server, page, store } = await opened();
    const first = page.trigger('A');
    expect(store.state.busy).toEqual(['A']);
    await Promise.all([first, page.trigger('A'), page.trigger('B')]);
    expect(server.actions.map(({ loop }) => loop)).toEqual(['A', 'B']);
  });

  it('that is refused is told until it is closed', async () => {
    const { clock, server, page, store } = await opened();
    server.result = { instance: 'web-1', message: 'A has been stopped.', isDone: false, isElsewhere: false };
    await page.trigger('A');
    await clock.advance(60_000);
    expect(store.state.alert).toEqual({ text: 'A has been stopped.' });
    page.closeAlert();
    expect(store.state.alert).toBeUndefined();
  });

  it('that another replica has answered can be tried again', async () => {
    const { server, page, store } = await opened();
    const { result } = server;
    server.result = { instance: 'web-2', message: 'Another one.', isDone: false, isElsewhere: true };
    await page.trigger('A');
    expect(store.state.alert?.text).toBe(
      'This loop is on web-1, but web-2 answered. Open web-1, or try again.',
    );
    server.result = result;
    await page.tryAgain(store.state.alert?.action ?? { loop: '', action: 'pause' });
    expect(server.actions[1]).toEqual(server.actions[0]);
    expect(store.state).toMatchObject({ alert: undefined, notice: 'Done.' });
  });

  it('without an answer can be tried again, and the row can be used', async () => {
    const { server, page, store } = await opened();
    server.result = new NoAnswer('The server cannot be reached.');
    await page.trigger('A');
    expect(store.state.alert).toEqual({
      text: 'The server cannot be reached. So nobody knows whether A has begun a run: look at it when there is an answer.',
      action: { loop: 'A', action: 'trigger', instance: 'web-1' },
    });
    expect(store.state.busy).toEqual([]);
  });
});
