import type { PageAction, PageData, PageLoop } from '../../page-data.js';
import type { Failure } from '../server/poller.js';
import { NO_ORDER, type Order } from './order.js';
import { isLost, isSilent, type Replica } from './replicas.js';
import type { View } from './view.js';

/** Everything that the page shows comes from here. It is never changed in place. */
export interface AppState {
  readonly view: View;
  /** How many loops are asked for. */
  readonly limit: number;
  /** Whoever has answered. */
  readonly replicas: readonly Replica[];
  /** The replica that is shown. */
  readonly shown?: string | undefined;
  /** Whether somebody has chosen it. */
  readonly isChosen: boolean;
  readonly order: Order;
  /** Why there is no answer; absent if the last question was answered. */
  readonly failure?: Failure | undefined;
  /** For whose pause a note is asked for. */
  readonly pausing?: Pausing | undefined;
  /** The loops to which an action is on its way. */
  readonly busy: readonly string[];
  /** What an action did. */
  readonly notice?: string | undefined;
  /** What went wrong with an action. It stays until it is closed, or until the next action. */
  readonly alert?: Alert | undefined;
}

/** What somebody is about to pause. It stays what it was, although the list and the replica may change. */
export interface Pausing {
  readonly loop: PageLoop;
  readonly instance: string;
}

export interface Alert {
  readonly text: string;
  /** What can be tried again. */
  readonly action?: PageAction;
}

export const FIRST_LIMIT = 100;
export const LAST_LIMIT = 500;

export function firstState(view: View): AppState {
  return { view, limit: FIRST_LIMIT, replicas: [], isChosen: false, order: NO_ORDER, busy: [] };
}

/** The replica that is shown; absent until there is an answer. */
export function replicaOf({ replicas, shown }: AppState): Replica | undefined {
  return replicas.find(({ data }) => data.instance === shown);
}

/** Says whether what is shown may be true no longer. */
export function isOld(state: AppState, now: number): boolean {
  const replica = replicaOf(state);
  return (
    state.failure !== undefined ||
    (replica !== undefined && (isSilent(replica, state.replicas) || isLost(replica, now)))
  );
}

/** How many loops need attention, whatever the filter is. */
export function problemsIn({ counts }: PageData): number {
  return counts.hung + counts.failing + counts.overdue;
}
