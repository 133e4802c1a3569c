import { Component, type JSX } from 'preact';
import type { PageData } from '../../page-data.js';
import { isOld, problemsIn, type AppState } from '../state/app-state.js';
import type { LoopPage } from '../state/loop-page.js';
import { figure } from '../words/count.js';
import { focusedControl, focusControl, type Control } from './focused-control.js';
import { Icon } from './icon.js';
import { LoopSection } from './loop-section.js';
import { MoreLoops } from './more-loops.js';

interface Props {
  readonly page: LoopPage;
  readonly state: AppState;
  readonly data: PageData;
}

/** The loops: those with a problem first. A row that moves keeps the focus. */
export class LoopList extends Component<Props> {
  /** Whoever follows a link wants to see the loop that it opens. */
  override componentDidMount(): void {
    document.querySelector('.loop:has(.detail)')?.scrollIntoView({ block: 'nearest' });
  }

  override getSnapshotBeforeUpdate(): Control | undefined {
    return focusedControl();
  }

  override componentDidUpdate(_props: Props, _state: object, before: Control | undefined): void {
    focusControl(before);
  }

  render(): JSX.Element {
    const { page, state, data } = this.props;
    const { attention, others } = state.order;
    const isWell = attention.length === 0 && problemsIn(data) === 0;
    const touch = (): void => page.touch();
    return (
      <div class="loops" onPointerMove={touch} onPointerDown={touch} onKeyDown={touch}>
        {attention.length > 0 && (
          <LoopSection
            key="attention"
            page={page}
            state={state}
            kind="attention"
            title="Needs attention"
            names={attention}
          />
        )}
        {others.length > 0 && (
          <LoopSection
            key="others"
            page={page}
            state={state}
            kind="others"
            title={isWell ? 'Loops' : 'All other loops'}
            names={others}
          >
            {isWell && !isOld(state, page.clock.now()) && (
              <AllIsWell paused={data.counts.paused} isOne={state.replicas.length > 1} />
            )}
          </LoopSection>
        )}
        {attention.length + others.length === 0 && <p class="empty">{emptyWords(state)}</p>}
        <MoreLoops page={page} limit={state.limit} total={data.total} listed={data.loops.length} />
      </div>
    );
  }
}

/** @param isOne - Whether this is one of several replicas: nothing is known here of the others. */
function AllIsWell({ paused, isOne }: { readonly paused: number; readonly isOne: boolean }): JSX.Element {
  const where = isOne ? ' on this replica' : '';
  return (
    <p class="all-well">
      <Icon shape="well" />{' '}
      {paused === 0
        ? `All is well${where}: no loop is failing, hung or overdue.`
        : `No loop${where} is failing, hung or overdue; ${figure(paused)} ${paused === 1 ? 'is' : 'are'} paused.`}
    </p>
  );
}

function emptyWords(state: AppState): string {
  const { view } = state;
  if (view.state !== undefined || view.q !== '') {
    return 'No loop matches. Change the search or the filter.';
  }
  return 'This application has no loops. A loop is a method with a decorator such as @Until, in a provider of a module.';
}
