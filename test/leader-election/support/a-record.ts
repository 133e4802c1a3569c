import type { LeaderElectionRecord } from 'nestjs-wait/leader-election';

/** A record, where a test does not care what is in it. */
export const A_RECORD: LeaderElectionRecord = {
  holderIdentity: 'a',
  leaseDurationSeconds: 15,
  acquireTime: new Date(0),
  renewTime: new Date(0),
  leaderTransitions: 0,
};
