import type { JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { AppState } from '../state/app-state.js';
import { replicaOf } from '../state/app-state.js';
import { newsOf, problemsOf, type Problems } from '../words/news.js';

/** Tells a screen reader what has become worse or better. Figures that change are not told. */
export function Announcer({ state }: { readonly state: AppState }): JSX.Element {
  const before = useRef<Problems | undefined>(undefined);
  const [news, setNews] = useState('');
  const data = replicaOf(state)?.data;
  useEffect(() => {
    if (data !== undefined) {
      const problems = problemsOf(data.loops);
      setNews((old) => newsOf(before.current, problems) ?? old);
      before.current = problems;
    }
  }, [data]);
  return (
    <p class="hidden" aria-live="polite">
      {state.failure === undefined ? news : 'The server does not answer. What is shown is old.'}
    </p>
  );
}
