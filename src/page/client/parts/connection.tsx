import type { JSX } from 'preact';
import { isOld, replicaOf, type AppState } from '../state/app-state.js';
import type { LoopPage } from '../state/loop-page.js';
import { duration } from '../words/elapsed.js';
import { connectionWords } from '../words/connection.js';
import { Icon } from './icon.js';
import { Live } from './live.js';

/** Whether what is shown is what is true now. */
export function Connection({
  page,
  state,
}: {
  readonly page: LoopPage;
  readonly state: AppState;
}): JSX.Element {
  const { failure } = state;
  const replica = replicaOf(state);
  if (replica === undefined && failure === undefined) {
    return <p class="connection">Asking …</p>;
  }
  if (replica !== undefined && !isOld(state, page.clock.now())) {
    return <p class="connection">Live, every {duration(replica.data.refresh)}</p>;
  }
  return (
    <p class="connection" data-failed>
      <Icon shape="failing" />
      <span>
        <Live words={() => connectionWords(state, page.clock.now())} />
        <small>{failure?.why ?? 'Other replicas answer.'}</small>
      </span>
      <button type="button" onClick={() => page.askNow()}>
        Ask now
      </button>
    </p>
  );
}
