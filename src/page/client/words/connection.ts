import { replicaOf, type AppState } from '../state/app-state.js';
import { countDown, countUp } from './elapsed.js';

/** Writes for how long there was no answer, and when the page asks again. */
export function connectionWords(state: AppState, now: number): string {
  const { failure, replicas } = state;
  if (failure === undefined) {
    const replica = replicaOf(state);
    return `No answer of this replica for ${countUp(now - (replica?.answeredAt ?? now))}`;
  }
  const last = Math.max(...replicas.map(({ answeredAt }) => answeredAt));
  const since = replicas.length === 0 ? '' : ` for ${countUp(now - last)}`;
  const left = failure.nextTry - now;
  return `No answer${since}; ${left <= 0 ? 'trying now' : `next try in ${countDown(left)}`}`;
}
