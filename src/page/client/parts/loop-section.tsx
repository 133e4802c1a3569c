import type { ComponentChildren, JSX } from 'preact';
import { replicaOf, type AppState } from '../state/app-state.js';
import type { LoopPage } from '../state/loop-page.js';
import { LoopRow } from './loop-row.js';

interface Props {
  readonly page: LoopPage;
  readonly state: AppState;
  readonly kind: 'attention' | 'others';
  readonly title: string;
  /** The names of its loops, in their order. */
  readonly names: readonly string[];
  /** What stands beside the title. */
  readonly children?: ComponentChildren;
}

/** Some of the loops, below a title. */
export function LoopSection({ page, state, kind, title, names, children }: Props): JSX.Element {
  const data = replicaOf(state)?.data;
  const loops = new Map(data?.loops.map((loop) => [loop.name, loop]));
  const row = (name: string): JSX.Element | null => {
    const loop = loops.get(name);
    if (data === undefined || loop === undefined) {
      return null;
    }
    const isOpen = state.view.loop === name;
    return (
      <LoopRow
        key={name}
        page={page}
        loop={loop}
        needsAttention={kind === 'attention'}
        isOpen={isOpen}
        detail={isOpen && data.detail?.name === name ? data.detail : undefined}
        showErrors={data.showErrors}
        mayAct={data.access === 'all'}
        isBusy={state.busy.includes(name)}
      />
    );
  };
  return (
    <section class={kind}>
      <div class="heading">
        <h2>{title}</h2>
        {children}
      </div>
      {COLUMNS}
      <ul>{names.map(row)}</ul>
    </section>
  );
}

/** Whoever does not see them hears them in each row. */
const COLUMNS = (
  <div class="columns" aria-hidden="true">
    {['State', 'Loop', 'Last run', 'Last runs', 'Next run', 'Runs'].map((column) => (
      <span key={column}>{column}</span>
    ))}
  </div>
);
