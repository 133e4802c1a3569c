import { show } from '../core/values/show.js';
import type { PageState } from './page-data.js';

/** What a request for data asks for, as it stands in its URL. */
export interface PageQuery {
  /** A part of the name or of the schedule, whatever its case. */
  readonly q?: string | undefined;
  /** States and problems, comma-separated. */
  readonly state?: string | undefined;
  /** How many loops are listed at most: from 1 to 500. */
  readonly limit?: string | undefined;
  /** The name of the loop whose details are wanted. It is listed before others, if there are too many. */
  readonly loop?: string | undefined;
}

/** Which loops are wanted. */
export interface PageFilter {
  /** In small letters; empty for all. */
  readonly text: string;
  /** Empty for all. */
  readonly states: readonly string[];
  /** `undefined` if the request does not say it, or says what cannot be. */
  readonly limit: number | undefined;
  /** The name of the loop that is open. */
  readonly open: string | undefined;
}

/** How many loops are listed at most, whatever a request asks for. */
export const MOST_LISTED = 500;

const STATES: ReadonlySet<string> = new Set([
  'running',
  'waiting',
  'paused',
  'standby',
  'stopped',
  'hung',
  'failing',
  'overdue',
] satisfies readonly PageState[]);

/** Says what is wrong with a query, so that a script does not take a mistake for good news. */
export function refuseQuery({ state }: PageQuery): string | undefined {
  const unknown = statesOf(state).find((wanted) => !STATES.has(wanted));
  return unknown === undefined
    ? undefined
    : `There is no state ${show(unknown)}. The states are ${Array.from(STATES).join(', ')}.`;
}

export function filterOf({ q = '', state, limit = '', loop }: PageQuery): PageFilter {
  const number = /^\d+$/.test(limit) ? Number(limit) : 0;
  return {
    text: q.trim().toLowerCase(),
    states: statesOf(state),
    limit: number >= 1 && number <= MOST_LISTED ? number : undefined,
    open: loop,
  };
}

function statesOf(state = ''): string[] {
  return state.split(',').filter((wanted) => wanted !== '');
}
