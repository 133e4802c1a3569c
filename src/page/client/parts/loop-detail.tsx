import type { ComponentChildren, JSX } from 'preact';
import type { PageDetail, PageLoop } from '../../page-data.js';
import { figure } from '../words/count.js';
import { dateInSeconds } from '../words/dates.js';
import { duration } from '../words/elapsed.js';
import { outcomeWord } from '../words/outcomes.js';
import { pauseWords } from '../words/pause.js';
import { sourceWords } from '../words/sources.js';
import { ForAll } from './for-all.js';
import { Live } from './live.js';

interface Props {
  readonly loop: PageLoop;
  /** Absent until the server has answered. */
  readonly detail: PageDetail | undefined;
  readonly showErrors: boolean;
}

/** What is shown of a loop that is open. */
export function LoopDetail({ loop, detail, showErrors }: Props): JSX.Element {
  return (
    <div class="detail">
      {loop.paused && (
        <Block title="Why it is paused">
          <p>{loop.pauseReason ?? 'Nobody has said why.'}</p>
          <p>{pauseWords(loop)}</p>
          <p>
            <ForAll loop={loop} />
          </p>
        </Block>
      )}
      {(loop.lastFailure !== undefined || loop.problem === 'failing') && (
        <Block title="Last error">
          {loop.lastFailure !== undefined && loop.consecutiveFailures === 0 && (
            <p>
              Of <Live words={(now) => dateInSeconds(loop.lastFailure ?? '', now)} />; runs have succeeded
              since.
            </p>
          )}
          {detail?.lastError !== undefined ? (
            <pre>{detail.lastError}</pre>
          ) : (
            <p>{showErrors ? '…' : 'It is in the log. The page shows it with showErrors: true.'}</p>
          )}
        </Block>
      )}
      <Block title="Last runs">{detail === undefined ? <p>…</p> : <Runs detail={detail} />}</Block>
      <Block title="Options">{detail === undefined ? <p>…</p> : <Options detail={detail} />}</Block>
      <Block title="Figures">
        <Facts loop={loop} detail={detail} />
      </Block>
    </div>
  );
}

function Block({ title, children }: { title: string; children: ComponentChildren }): JSX.Element {
  return (
    <section>
      <h3>{title}</h3>
      {children}
    </section>
  );
}

function Runs({ detail }: { readonly detail: PageDetail }): JSX.Element {
  if (detail.runs.length === 0) {
    return <p>No run has ended yet.</p>;
  }
  return (
    <div class="runs-box" role="region" aria-label={`Last runs of ${detail.name}`} tabIndex={0}>
      <table>
        <thead>
          <tr>
            <th scope="col">Run</th>
            <th scope="col">Began</th>
            <th scope="col">Took</th>
            <th scope="col">Outcome</th>
          </tr>
        </thead>
        <tbody>
          {detail.runs.map((run, index) => (
            // A row keeps its place, and gets the figures of another run: nothing jumps when a run has ended.
            <tr key={index} data-outcome={run.outcome}>
              <td>{figure(run.run)}</td>
              <td>
                <Live words={(now) => dateInSeconds(run.startedAt, now)} />
              </td>
              <td>{duration(run.duration)}</td>
              <td>{outcomeWord(run.outcome)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Options({ detail }: { readonly detail: PageDetail }): JSX.Element {
  return (
    <table class="options">
      <thead>
        <tr>
          <th scope="col">Option</th>
          <th scope="col">Value</th>
          <th scope="col">Where it is written</th>
        </tr>
      </thead>
      <tbody>
        {detail.options.map(({ name, value, from }) => (
          <tr key={name}>
            <td>{name}</td>
            <td>
              <code>{value}</code>
            </td>
            <td>{sourceWords(from)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Facts({ loop, detail }: Omit<Props, 'showErrors'>): JSX.Element {
  const dateOf = (date: string | undefined): JSX.Element | string =>
    date === undefined ? 'never' : <Live words={(now) => dateInSeconds(date, now)} />;
  const facts: readonly (readonly [name: string, value: JSX.Element | string | undefined])[] = [
    ['Kind', `@${loop.kind}`],
    ['Waits while it fails', detail?.failureBackoff ?? 'as always'],
    ['Last success', dateOf(loop.lastSuccess)],
    ['Last failure', dateOf(loop.lastFailure)],
    ['Timed out', figure(loop.timeouts)],
    ['Skipped', figure(loop.skips)],
    ['Aborted', figure(loop.aborts)],
    ['Leader-only', loop.leaderOnly],
    ['Fencing token', detail?.fencingToken],
  ];
  return (
    <dl>
      {facts.map(
        ([name, value]) =>
          value !== undefined && (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </div>
          ),
      )}
    </dl>
  );
}
