import type { JSX } from 'preact';
import type { PageData, PageState } from '../../page-data.js';
import type { LoopPage } from '../state/loop-page.js';
import type { View } from '../state/view.js';
import { figure } from '../words/count.js';
import { STATES } from '../words/states.js';
import { Icon } from './icon.js';

interface Props {
  readonly page: LoopPage;
  readonly view: View;
  readonly counts: PageData['counts'];
}

/** The states of which each loop has exactly one. */
const EXCLUSIVE: readonly PageState[] = ['running', 'waiting', 'paused', 'standby', 'stopped'];

/** Search, and a button for each state with the number of its loops. */
export function Filters({ page, view, counts }: Props): JSX.Element {
  const all = EXCLUSIVE.reduce((sum, state) => sum + counts[state], 0);
  const chip = (state: PageState | undefined, word: string, number: number): JSX.Element => (
    <button
      type="button"
      class="chip"
      key={word}
      data-state={state}
      data-none={number === 0}
      aria-pressed={view.state === state}
      onClick={() => page.filter(view.state === state ? undefined : state)}
    >
      {state !== undefined && <Icon shape={state} />}
      {word} <span class="count">{figure(number)}</span>
    </button>
  );
  return (
    <div class="filters" role="search">
      <input
        type="search"
        aria-label="Search loops"
        aria-keyshortcuts="/"
        placeholder="Search loops ( / )"
        value={view.q}
        onInput={(event) => page.search(event.currentTarget.value)}
        onKeyDown={(event) => event.key === 'Escape' && page.search('')}
      />
      <div class="chips" data-digits={String(all).length}>
        {chip(undefined, 'All', all)}
        {STATES.map(([state, word]) => chip(state, word, counts[state]))}
      </div>
    </div>
  );
}
