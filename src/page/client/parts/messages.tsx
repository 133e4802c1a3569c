import type { JSX } from 'preact';
import type { AppState } from '../state/app-state.js';
import type { LoopPage } from '../state/loop-page.js';
import { Icon } from './icon.js';

/** What came of an action. It lies over the page, so that nothing moves when it comes and goes. */
export function Messages({
  page,
  state,
}: {
  readonly page: LoopPage;
  readonly state: AppState;
}): JSX.Element {
  const { notice, alert } = state;
  const action = alert?.action;
  return (
    <div class="messages">
      <p role="status" aria-live="polite">
        {notice}
      </p>
      {alert !== undefined && (
        <div role="alert">
          <p>{alert.text}</p>
          {action !== undefined && (
            <button type="button" onClick={() => void page.tryAgain(action)}>
              Try again
            </button>
          )}
          <button type="button" class="close" aria-label="Close" onClick={() => page.closeAlert()}>
            <Icon shape="close" />
          </button>
        </div>
      )}
    </div>
  );
}
