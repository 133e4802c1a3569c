import type { PageData, PageLoop } from '../../page-data.js';

const MINUTE = 60_000;
const FORGOTTEN_AFTER = 10 * MINUTE;
const SILENT_AFTER = 3;
const GONE_AFTER = 5;

/** A process that has answered. Behind a balancer each answer may come from another one. */
export interface Replica {
  readonly data: PageData;
  /** When it answered last, on the browser's clock. */
  readonly answeredAt: number;
  /** How many answers of others have come since. */
  readonly missed: number;
}

/** Adds an answer, and forgets who was not seen for ten minutes. */
export function withAnswer(replicas: readonly Replica[], data: PageData, now: number): readonly Replica[] {
  const before = replicas.find((replica) => replica.data.instance === data.instance);
  const answered = { data: keepSame(data, before?.data), answeredAt: now, missed: 0 };
  const others = replicas
    .filter((replica) => replica !== before && now - replica.answeredAt < FORGOTTEN_AFTER)
    .map((replica) => ({ ...replica, missed: replica.missed + 1 }));
  return [...others, answered].toSorted((a, b) => (a.data.instance < b.data.instance ? -1 : 1));
}

export function isLost(replica: Replica, now: number): boolean {
  return now - replica.answeredAt >= MINUTE;
}

/** Says whether others have answered so often since that this one may have ended. Its figures are old. */
export function isSilent({ missed }: Replica, replicas: readonly Replica[]): boolean {
  return missed > SILENT_AFTER * replicas.length;
}

/**
 * Chooses which replica is shown if nobody has chosen one: the one that was shown, until it has missed so many
 * answers that it is probably gone.
 */
export function shownReplica(
  replicas: readonly Replica[],
  shown: string | undefined,
  isChosen: boolean,
): Replica | undefined {
  const current = replicas.find(({ data }) => data.instance === shown);
  if (current !== undefined && (isChosen || current.missed <= GONE_AFTER * replicas.length)) {
    return current;
  }
  return replicas.find(({ missed }) => missed === 0);
}

/** Uses the earlier object of each loop that has not changed, so that only the others are drawn again. */
function keepSame(data: PageData, before: PageData | undefined): PageData {
  const earlier = new Map(before?.loops.map((loop) => [loop.name, loop]));
  const keep = (loop: PageLoop): PageLoop => {
    const known = earlier.get(loop.name);
    return known !== undefined && JSON.stringify(known) === JSON.stringify(loop) ? known : loop;
  };
  return { ...data, loops: data.loops.map(keep) };
}
