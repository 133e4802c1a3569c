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
 * Says whether a loop belongs to a view. The server filters too, but what a replica answered earlier was for
 * the view of that time.
 */
export function isInView(loop: PageLoop, { state, q }: View): boolean {
  const text = q.trim().toLowerCase();
  return (
    (state === undefined || hasState(loop, state)) &&
    (loop.name.toLowerCase().includes(text) || loop.schedule.toLowerCase().includes(text))
  );
}

function hasState(loop: PageLoop, state: PageState): boolean {
  switch (state) {
    case 'hung':
      return loop.hung;
    case 'overdue':
      return loop.overdue;
    case 'failing':
      return loop.consecutiveFailures > 0;
    default:
      return loop.state === state;
  }
}
