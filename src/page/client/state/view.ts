import type { PageLoop, PageState } from '../../page-data.js';
import { isState } from '../words/states.js';

/** What somebody looks at. It is kept in the URL's hash, so that it survives a reload and can be sent on. */
export interface View {
  /** By what state the list is filtered. */
  readonly state?: PageState | undefined;
  /** What is searched for. */
  readonly q: string;
  /** Which loop is open. */
  readonly loop?: string | undefined;
}

export function readView(hash: string): View {
  const read = new URLSearchParams(hash.replace(/^#/, ''));
  const state = read.get('state') ?? '';
  return {
    state: isState(state) ? state : undefined,
    q: read.get('q') ?? '',
    loop: read.get('loop') ?? undefined,
  };
}

/** @returns What `readView` reads, or an empty text if nothing is chosen. */
export function writeView({ state, q, loop }: View): string {
  const written = new URLSearchParams();
  if (state !== undefined) {
    written.set('state', state);
  }
  if (q !== '') {
    written.set('q', q);
  }
  if (loop !== undefined) {
    written.set('loop', loop);
  }
  return written.size === 0 ? '' : `#${written.toString()}`;
}

/**
 * Says whether a loop belongs to a view, as the server does. What a replica answered earlier was for the view
 * of that time.
 */
export function isInView({ name, schedule, state, problem }: PageLoop, view: View): boolean {
  const text = view.q.trim().toLowerCase();
  return (
    (view.state === undefined || view.state === state || view.state === problem) &&
    (name.toLowerCase().includes(text) || schedule.toLowerCase().includes(text))
  );
}
