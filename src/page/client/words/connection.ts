import type { AppState } from '../state/app-state.js';
import { countDown, countUp } from './elapsed.js';

/** Writes for how long nobody has answered, and when the page asks again. */
export function connectionWords({ failure, replicas }: AppState, now: number): string {
  const last = Math.max(...replicas.map(({ answeredAt }) => answeredAt));
  const since = replicas.length === 0 ? '' : ` for ${countUp(now - last)}`;
  const left = (failure?.nextTry ?? now) - now;
  return `No answer${since}; ${left <= 0 ? 'trying now' : `next try in ${countDown(left)}`}`;
}
