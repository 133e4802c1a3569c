import type { JSX } from 'preact';
import type { AppState } from '../state/app-state.js';
import { replicaOf } from '../state/app-state.js';
import type { LoopPage } from '../state/loop-page.js';
import { dateWords } from '../words/dates.js';
import { Connection } from './connection.js';
import { Live } from './live.js';

/** What application this is, which of its processes, and whether it still answers. */
export function Header({ page, state }: { readonly page: LoopPage; readonly state: AppState }): JSX.Element {
  const data = replicaOf(state)?.data;
  return (
    <header>
      <div class="title">
        <h1>{data?.title ?? 'Loops'}</h1>
        <Connection page={page} state={state} />
      </div>
      <p class="replica">
        {data !== undefined && (
          <>
            <span>
              Replica <b>{data.instance}</b>
            </span>
            {data.leading.length > 0 && (
              <span>
                Leader of <b>{data.leading.join(', ')}</b>
              </span>
            )}
            <span>
              Up since{' '}
              <time dateTime={data.startedAt}>
                <Live words={(now) => dateWords(data.startedAt, now)} />
              </time>
            </span>
            {data.access === 'read' && <span>You may look, but not act</span>}
          </>
        )}
      </p>
    </header>
  );
}
