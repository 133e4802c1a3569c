import { Component, type JSX } from 'preact';
import type { PageLoop } from '../../page-data.js';
import { LAST_LIMIT, replicaOf, type AppState } from '../state/app-state.js';
import type { LoopPage } from '../state/loop-page.js';
import { figure } from '../words/count.js';
import { AllWell } from './all-well.js';
import { focusedControl, focusControl, type Control } from './focused-control.js';
import { LoopRow } from './loop-row.js';

interface Props {
  readonly page: LoopPage;
  readonly state: AppState;
}

/** The loops: those with a problem first. A row that moves keeps the focus. */
export class LoopList extends Component<Props> {
  override getSnapshotBeforeUpdate(): Control | undefined {
    return focusedControl();
  }

  override componentDidUpdate(_props: Props, _state: object, before: Control | undefined): void {
    focusControl(before);
  }

  render(): JSX.Element | null {
    const { page, state } = this.props;
    const { order, view } = state;
    const data = replicaOf(state)?.data;
    if (data === undefined) {
      return null;
    }
    const touch = (): void => page.touch();
    const isEmpty = order.attention.length + order.others.length === 0;
    return (
      <div class="loops" onPointerMove={touch} onPointerDown={touch} onKeyDown={touch}>
        {order.attention.length > 0 && this.section('Needs attention', order.attention)}
        {order.others.length > 0 &&
          this.section(order.attention.length > 0 ? 'All other loops' : 'Loops', order.others)}
        {isEmpty && <p class="empty">{emptyWords(view.state !== undefined || view.q !== '')}</p>}
        {this.more(data.total, data.loops.length)}
      </div>
    );
  }

  private section(title: string, names: readonly string[]): JSX.Element {
    const loops = new Map(replicaOf(this.props.state)?.data.loops.map((loop) => [loop.name, loop]));
    const isAttention = title === 'Needs attention';
    return (
      <section key={isAttention ? 'attention' : 'others'} class={isAttention ? 'attention' : 'others'}>
        <div class="heading">
          <h2>{title}</h2>
          {title === 'Loops' && <AllWell counts={replicaOf(this.props.state)?.data.counts} />}
        </div>
        {COLUMNS}
        <ul>{names.map((name) => this.row(name, loops))}</ul>
      </section>
    );
  }

  private row(name: string, loops: ReadonlyMap<string, PageLoop>): JSX.Element | null {
    const { page, state } = this.props;
    const data = replicaOf(state)?.data;
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
        isOpen={isOpen}
        detail={isOpen && data.detail?.name === name ? data.detail : undefined}
        showErrors={data.showErrors}
        mayAct={data.access === 'all'}
        isBusy={state.busy.includes(name)}
      />
    );
  }

  private more(total: number, listed: number): JSX.Element | null {
    const { page, state } = this.props;
    if (total <= listed) {
      return null;
    }
    return (
      <p class="more">
        {figure(listed)} of {figure(total)} loops are shown.{' '}
        {state.limit < LAST_LIMIT ? (
          <button type="button" onClick={() => page.showMore()}>
            Show 100 more
          </button>
        ) : (
          'Search or filter to see the others.'
        )}
      </p>
    );
  }
}

/** Whoever does not see them hears them in each row. */
const COLUMNS = (
  <div class="columns" aria-hidden="true">
    {['State', 'Loop', 'Last run', 'Last 30 runs', 'Next run', 'Runs'].map((column) => (
      <span key={column}>{column}</span>
    ))}
  </div>
);

function emptyWords(isFiltered: boolean): string {
  return isFiltered
    ? 'No loop matches. Change the search or the filter.'
    : 'This application has no loops. A loop is a method with a decorator such as @Until, in a provider of a module.';
}
