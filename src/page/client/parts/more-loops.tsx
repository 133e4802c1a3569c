import type { JSX } from 'preact';
import { LAST_LIMIT } from '../state/app-state.js';
import type { LoopPage } from '../state/loop-page.js';
import { figure } from '../words/count.js';

interface Props {
  readonly page: LoopPage;
  readonly limit: number;
  /** How many loops match. */
  readonly total: number;
  /** How many of them have come. */
  readonly listed: number;
}

/** Says how many loops are not listed, and lists more of them. */
export function MoreLoops({ page, limit, total, listed }: Props): JSX.Element | null {
  if (total <= listed) {
    return null;
  }
  return (
    <p class="more">
      {figure(listed)} of {figure(total)} loops are shown.{' '}
      {limit < LAST_LIMIT ? (
        <button type="button" onClick={() => page.showMore()}>
          Show 100 more
        </button>
      ) : (
        'Search or filter to see the others.'
      )}
    </p>
  );
}
