import type { JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { AppState } from '../state/app-state.js';
import { problemsIn, replicaOf } from '../state/app-state.js';
import { newsOf, problemsOf, type Problems } from '../words/news.js';

/** Tells a screen reader what has become worse or better. Figures that change are not told. */
export function Announcer({ state }: { readonly state: AppState }): JSX.Element {
  const { view, shown, failure } = state;
  const [news, setNews] = useState('');
  const before = useRef<Problems | undefined>(undefined);
  const data = replicaOf(state)?.data;
  // Another filter lists other loops, and another replica has others. That is no news.
  useEffect(() => {
    before.current = before.current && { total: before.current.total };
  }, [view.state, view.q]);
  useEffect(() => {
    before.current = undefined;
  }, [shown]);
  useEffect(() => {
    if (data !== undefined) {
      const problems = problemsOf(problemsIn(data), data.loops);
      const told = before.current && newsOf(before.current, problems);
      before.current = problems;
      setNews((old) => told ?? old);
    }
  }, [data]);
  return (
    <p class="hidden" aria-live="polite">
      {failure === undefined ? news : 'The server does not answer. What is shown is old.'}
    </p>
  );
}
