import type { Candidate } from './candidates.js';
import { until } from './processes.js';
import { disorder, overlap } from './work.js';

/** For how long a candidate may go on that ends too late, so that the text says how late it was. */
const PATIENCE = 15_000;

export interface Limits {
  /** Milliseconds in which a candidate must end by itself. */
  readonly within: number;
  /** How many connections a candidate may have open at once. */
  readonly connections: number;
}

/** Waits for the end of a candidate that was told to end, and returns what was wrong, in sentences. */
export async function complaintsAbout(
  candidate: Candidate,
  { within, connections }: Limits,
): Promise<string[]> {
  const { identity, process, proxy } = candidate;
  await until('end', () => candidate.hasEnded, { timeout: PATIENCE }).catch(() => {});
  const complaints: string[] = [];
  if (!candidate.hasEnded) {
    complaints.push(`${identity} had not ended ${PATIENCE} ms after it was told to`);
  } else if (!candidate.isKilled && process.exitCode !== 0) {
    complaints.push(`${identity} ended with ${process.exitCode ?? process.signalCode}: ${candidate.output}`);
  } else if (!candidate.isKilled && candidate.endedAfter < 0) {
    complaints.push(`${identity} ended before it was told to: ${candidate.output}`);
  } else if (candidate.endedAfter > within) {
    complaints.push(
      `${identity} ended ${candidate.endedAfter.toFixed(0)} ms after it was told to, not ${within}`,
    );
  }
  if (/unhandled|uncaught/i.test(candidate.output)) {
    complaints.push(`${identity} wrote: ${candidate.output}`);
  }
  if (candidate.mostConnections > connections) {
    complaints.push(
      `${identity} had ${candidate.mostConnections} connections open, not at most ${connections}`,
    );
  }
  const areClosed = (): boolean => !candidate.hasEnded || proxy.openConnections === 0;
  await until('sockets closed', areClosed, { timeout: PATIENCE }).catch(() =>
    complaints.push(`${identity} has left ${proxy.openConnections} connections open`),
  );
  await candidate.close();
  return complaints;
}

/** Returns for how many milliseconds two candidates worked at once, in the election where it was longest. */
export function overlapOf(candidates: readonly Candidate[]): number {
  return Math.max(...byElection(candidates).map(overlap));
}

/** Returns a sentence for each term whose token is not greater than that of the term before. */
export function disorderOf(candidates: readonly Candidate[]): string[] {
  return byElection(candidates).flatMap(disorder);
}

function byElection(candidates: readonly Candidate[]): Candidate['works'][] {
  const elections = candidates[0]?.works ?? [];
  return elections.map((_, election) => candidates.map(({ works }) => works[election]!));
}
