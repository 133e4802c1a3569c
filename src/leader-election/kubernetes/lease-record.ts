import type { LeaderElectionRecord } from '../resource-lock.js';
import type { Lease } from './lease-client.js';

/** Reads a record from a Lease. Another tool may have written it: each field may be missing or broken. */
export function recordOf({ spec }: Lease): LeaderElectionRecord {
  return {
    holderIdentity: spec?.holderIdentity ?? '',
    leaseDurationSeconds: spec?.leaseDurationSeconds ?? 0,
    acquireTime: timeOf(spec?.acquireTime),
    renewTime: timeOf(spec?.renewTime),
    leaderTransitions: spec?.leaseTransitions ?? 0,
  };
}

/** Writes a record into a Lease, which keeps whatever else it holds. */
export function withRecord(lease: Lease, record: LeaderElectionRecord): Lease {
  const spec = {
    ...lease.spec,
    holderIdentity: record.holderIdentity,
    leaseDurationSeconds: Math.ceil(record.leaseDurationSeconds),
    acquireTime: microTime(record.acquireTime),
    renewTime: microTime(record.renewTime),
    leaseTransitions: record.leaderTransitions,
  };
  return { ...lease, spec };
}

/** A time that cannot be read becomes 1970: it is there for people, and no decision depends on it. */
function timeOf(written: string | Date | null | undefined): Date {
  const time = new Date(written ?? 0);
  return Number.isNaN(time.getTime()) ? new Date(0) : time;
}

/** A plain `Date` prints three digits after the decimal point; the API server wants six. */
function microTime(date: Date): string {
  return date.toISOString().replace('Z', '000Z');
}
