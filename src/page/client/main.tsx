import { render } from 'preact';
import { App } from './parts/app.js';
import { PageServer } from './server/page-server.js';
import { firstState } from './state/app-state.js';
import { LoopPage } from './state/loop-page.js';
import { Store } from './state/store.js';
import { readView, writeView, type View } from './state/view.js';
import { browserClock } from './time/browser-clock.js';
import { Ticker } from './time/ticker.js';

const store = new Store(firstState(readView(location.hash)));
// The address of the page may have a name and a password in it. Chromium fetches nothing relative to such a one.
const here = `${location.origin}${location.pathname}`;
const server = new PageServer((url, init) => fetch(new URL(url, here), init));
const page = new LoopPage(store, browserClock, server, keepView);
const ticker = new Ticker(browserClock);

render(<App page={page} ticker={ticker} />, document.body);

addEventListener('hashchange', () => page.look(readView(location.hash)));
addEventListener('online', () => page.askNow());
document.addEventListener('visibilitychange', followVisibility);
ticker.listen(() => page.tick());
followVisibility();

function followVisibility(): void {
  page.setHidden(document.hidden);
  if (document.hidden) {
    ticker.stop();
  } else {
    ticker.start();
  }
}

/** No entry in the history: one would have to go back through every letter of a search. */
function keepView(view: View): void {
  history.replaceState(null, '', `${location.pathname}${location.search}${writeView(view)}`);
}
