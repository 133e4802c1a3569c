import type { JSX } from 'preact';
import { problemsIn, type AppState } from '../state/app-state.js';
import type { LoopPage } from '../state/loop-page.js';
import { isLost, isSilent } from '../state/replicas.js';
import { count } from '../words/count.js';
import { ago } from '../words/elapsed.js';
import { Live } from './live.js';

const STEPS: Readonly<Record<string, number>> = { ArrowLeft: -1, ArrowRight: 1 };

/** One tab for each replica. Which of them answers a question is up to the balancer. */
export function ReplicaTabs({
  page,
  state,
}: {
  readonly page: LoopPage;
  readonly state: AppState;
}): JSX.Element {
  const { replicas, shown } = state;
  const step = (event: KeyboardEvent & { readonly currentTarget: HTMLElement }): void => {
    const tabs = [...event.currentTarget.querySelectorAll<HTMLElement>('[role=tab]')];
    const from = replicas.findIndex(({ data }) => data.instance === shown);
    const to = (from + (STEPS[event.key] ?? 0) + tabs.length) % tabs.length;
    const next = replicas[to];
    if (to !== from && next !== undefined) {
      page.choose(next.data.instance);
      tabs[to]?.focus();
    }
  };
  return (
    <div class="tabs" role="tablist" aria-label="Replicas" onKeyDown={step}>
      {replicas.map((replica) => {
        const { instance, leading } = replica.data;
        const problems = problemsIn(replica.data);
        const isSilentNow = isSilent(replica, replicas);
        return (
          <button
            type="button"
            role="tab"
            key={instance}
            aria-selected={instance === shown}
            aria-controls="replica"
            tabIndex={instance === shown ? 0 : -1}
            data-lost={isLost(replica, page.clock.now())}
            onClick={() => page.choose(instance)}
          >
            <b>{instance}</b>
            <small>
              {problems > 0 && !isSilentNow && (
                <strong>{count(problems, 'needs attention', 'need attention')}, </strong>
              )}
              {leading.length > 0 && !isSilentNow && 'leader, '}
              <Live words={() => `seen ${ago(page.clock.now() - replica.answeredAt)}`} />
            </small>
          </button>
        );
      })}
    </div>
  );
}
