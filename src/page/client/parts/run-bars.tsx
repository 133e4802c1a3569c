import type { JSX } from 'preact';
import type { PageHistory } from '../../page-data.js';
import { historyWords, OUTCOMES } from '../words/outcomes.js';
import { barPaths } from './bar-paths.js';

/** The last runs, the newest at the right: the height is the duration, colour and shape are the outcome. */
export function RunBars({ history }: { readonly history: PageHistory }): JSX.Element {
  const paths = barPaths(history);
  return (
    <svg
      class="bars"
      role="img"
      viewBox="0 0 150 28"
      width="150"
      height="28"
      aria-label={historyWords(history)}
    >
      <path class="ground" d="M0 27.500H150" />
      {OUTCOMES.map(([letter, outcome]) => (
        <path key={letter} class={outcome} d={paths[letter] ?? ''} />
      ))}
    </svg>
  );
}
