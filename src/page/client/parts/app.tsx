import type { JSX } from 'preact';
import { useEffect, useMemo, useState } from 'preact/hooks';
import { isOld, problemsIn, replicaOf } from '../state/app-state.js';
import type { LoopPage } from '../state/loop-page.js';
import { serverNow, type ServerTime } from '../time/server-time.js';
import type { Ticker } from '../time/ticker.js';
import { Announcer } from './announcer.js';
import { Filters } from './filters.js';
import { Header } from './header.js';
import { followKeys } from './keys.js';
import { Time } from './live.js';
import { LoopList } from './loop-list.js';
import { Messages } from './messages.js';
import { PauseDialog } from './pause-dialog.js';
import { ReplicaTabs } from './replica-tabs.js';

/** The whole page. It is drawn from one state. */
export function App({ page, ticker }: { readonly page: LoopPage; readonly ticker: Ticker }): JSX.Element {
  const { store, clock } = page;
  const [state, setState] = useState(store.state);
  useEffect(() => store.listen(() => setState(store.state)), []);
  useEffect(() => {
    const listener = followKeys(page);
    document.addEventListener('keydown', listener);
    return () => document.removeEventListener('keydown', listener);
  }, []);
  const time = useMemo<ServerTime>(
    () => ({
      now: () => serverNow(store.state, clock.now()),
      listen: (listener) => ticker.listen(listener),
    }),
    [],
  );
  const data = replicaOf(state)?.data;
  const problems = data === undefined ? 0 : problemsIn(data);
  const title = data?.title ?? 'Loops';
  const hasTabs = state.replicas.length > 1;
  useEffect(() => {
    document.title = problems > 0 ? `(${problems}) ${title}` : title;
  }, [problems, title]);
  return (
    <Time.Provider value={time}>
      <main data-old={isOld(state, clock.now())}>
        <Header page={page} state={state} />
        {hasTabs && <ReplicaTabs page={page} state={state} />}
        {data !== undefined && (
          <div id="replica" {...(hasTabs && { role: 'tabpanel', 'aria-label': data.instance })}>
            <Filters page={page} view={state.view} counts={data.counts} />
            <LoopList page={page} state={state} data={data} />
          </div>
        )}
      </main>
      <Messages page={page} state={state} />
      <Announcer state={state} />
      {state.pausing !== undefined && <PauseDialog page={page} loop={state.pausing.loop} />}
    </Time.Provider>
  );
}
