import { WaitError } from '../../core/errors.js';
import type { LoopSpec } from '../declare/resolve-loop.js';

/** Says that a loop has ended, so that it can no longer be steered. */
export function loopStopped(loop: string, action: string, { enabled }: Pick<LoopSpec, 'enabled'>): WaitError {
  const why = enabled
    ? 'the loop has ended. Start it again with BackoffUntilService, or restart the application.'
    : 'the loop is disabled. Remove enabled: false from its own options, from `loops`, or from the options of WaitModule.forRoot.';
  return new WaitError('WAIT_ERR_LOOP_STOPPED', `${loop}: ${action} has no effect, since ${why}`);
}

/** Says that another replica runs a leader-only loop. */
export function notLeader(loop: string, { leaderOnly }: Pick<LoopSpec, 'leaderOnly'>): WaitError {
  return new WaitError(
    'WAIT_ERR_NOT_LEADER',
    `${loop}: trigger() has no effect, since this replica does not lead '${leaderOnly}'. Trigger it on the leader: LeaderElection.getLeader() names it.`,
  );
}
