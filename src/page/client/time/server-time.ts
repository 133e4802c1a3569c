import { replicaOf, type AppState } from '../state/app-state.js';

/** What the figures on the page are relative to. */
export interface ServerTime {
  /** What the clock of the replica that is shown shows, in milliseconds since 1970. The browser's may be wrong. */
  now(): number;
  /** Calls the listener once a second. */
  listen(listener: () => void): () => void;
}

export function serverNow(state: AppState, now: number): number {
  const replica = replicaOf(state);
  return replica === undefined ? 0 : Date.parse(replica.data.now) + now - replica.answeredAt;
}
