import type { JSX } from 'preact';
import type { PageDetail, PageLoop, PageProblem } from '../../page-data.js';
import type { LoopPage } from '../state/loop-page.js';
import { count, figure } from '../words/count.js';
import { pauseWords } from '../words/pause.js';
import { presentProblem, problemWords, remedyWords } from '../words/problem.js';
import { lastWords, nextWords, tookWords } from '../words/schedule.js';
import { stateWord } from '../words/states.js';
import { Icon } from './icon.js';
import { Live } from './live.js';
import { LoopDetail } from './loop-detail.js';
import { LoopName } from './loop-name.js';
import { memo } from './memo.js';
import { RowButtons } from './row-buttons.js';
import { RunBars } from './run-bars.js';

interface Props {
  readonly page: LoopPage;
  readonly loop: PageLoop;
  readonly isOpen: boolean;
  /**
   * Whether it stands below `Needs attention`. While the list keeps its order, a loop may be mended there, or
   * begin to fail elsewhere. Then its row keeps its height.
   */
  readonly needsAttention: boolean;
  /** Only of the loop that is open. */
  readonly detail: PageDetail | undefined;
  readonly showErrors: boolean;
  /** Whether there are buttons. */
  readonly mayAct: boolean;
  /** Whether an action is on its way. */
  readonly isBusy: boolean;
}

/** A loop: one line, a sentence about what is wrong with it, and more if it is open. */
export const LoopRow = memo((props: Props) => {
  const { page, loop, needsAttention, isOpen, detail, showErrors, mayAct, isBusy } = props;
  const { name, state } = loop;
  const problem = presentProblem(loop);
  const whyStopped = loop.enabled ? '' : 'disabled';
  const more = problem === undefined ? whyStopped : stateWord(state);
  return (
    <li class="loop" data-loop={name} data-state={state} data-problem={problem}>
      <div class="cells">
        <div class="state">
          <span class="mark" data-state={problem ?? state}>
            <Icon shape={problem ?? state} />
            {stateWord(problem ?? state)}
          </span>
          {more !== '' && <small>{more}</small>}
        </div>
        <div class="name">
          <button
            type="button"
            class="opener"
            data-control="open"
            aria-expanded={isOpen}
            onClick={() => page.open(isOpen ? undefined : name)}
          >
            <Icon shape="open" />
            <LoopName name={name} />
          </button>
          <small class="schedule">{loop.schedule}</small>
        </div>
        <Figure label={state === 'running' ? 'Running' : 'Last run'} kind="last" more={tookWords(loop)}>
          <Live words={(now) => lastWords(loop, now)} />
        </Figure>
        <div class="history">
          <RunBars history={loop.history} />
        </div>
        <Figure label="Next" kind="next">
          <Live words={(now) => nextWords(loop, now)} />
        </Figure>
        <Figure label="Runs" kind="runs" more={loop.failures > 0 ? `${figure(loop.failures)} failed` : ''}>
          {count(loop.runs, 'run')}
        </Figure>
        {mayAct && <RowButtons page={page} loop={loop} isBusy={isBusy} />}
      </div>
      {needsAttention && <Problem loop={loop} problem={problem} />}
      {loop.paused && <Pause loop={loop} />}
      {isOpen && <LoopDetail loop={loop} detail={detail} showErrors={showErrors} />}
    </li>
  );
});

interface ProblemProps {
  readonly loop: PageLoop;
  readonly problem: PageProblem | undefined;
}

function Problem({ loop, problem }: ProblemProps): JSX.Element {
  if (problem === undefined) {
    return <p class="problem">It is well again.</p>;
  }
  return (
    <p class="problem">
      <strong>
        <Live words={(now) => problemWords(problem, loop, now)} />
      </strong>
      {remedyWords(problem, loop)}
    </p>
  );
}

/** Who pauses a leader-only loop must know at once that this does not end its runs. */
function Pause({ loop }: { readonly loop: PageLoop }): JSX.Element | null {
  const { pauseReason, leaderOnly } = loop;
  if (pauseReason === undefined && leaderOnly === undefined) {
    return null;
  }
  return (
    <div class="reason">
      {pauseReason !== undefined && <p>Paused: {pauseReason}</p>}
      {leaderOnly !== undefined && <p>{pauseWords(loop)}</p>}
    </div>
  );
}

interface FigureProps {
  readonly label: string;
  readonly kind: string;
  readonly more?: string;
  readonly children: JSX.Element | string;
}

function Figure({ label, kind, more = '', children }: FigureProps): JSX.Element {
  return (
    <div class={`figure ${kind}`}>
      <span class="label">{label} </span>
      <span>{children}</span> <small>{more}</small>
    </div>
  );
}
