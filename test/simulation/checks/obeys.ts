import type { ObservedProcess } from '../observed.js';

export const LEADER_OBEYS =
  'A candidate that reads that another leads, or nobody, does not lead after that turn.';

export function leadsAllTheSame({ isRunning, elector, identity }: ObservedProcess): string | undefined {
  return isRunning && elector.isLeader() ? `${identity} leads on.` : undefined;
}
