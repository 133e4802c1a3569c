/** Pieces of work that are further apart than this do not belong to the same span. */
export const GAP = 50;
/** How long one piece of work is assumed to last, so that a single piece counts. */
const PIECE = 1;

/** A term began at this time, with its first piece of work. */
interface Term {
  readonly at: number;
  readonly token: bigint;
}

/** What one candidate has done in one election. Times are milliseconds on the clock of {@link now}. */
export class Work {
  readonly pieces: number[] = [];
  readonly terms: Term[] = [];

  constructor(readonly identity: string) {}

  get last(): number {
    return this.pieces.at(-1) ?? -Infinity;
  }

  spans(): { begin: number; end: number }[] {
    const spans: { begin: number; end: number }[] = [];
    for (const at of this.pieces) {
      const last = spans.at(-1);
      if (last !== undefined && at - last.end < GAP) {
        last.end = at + PIECE;
      } else {
        spans.push({ begin: at, end: at + PIECE });
      }
    }
    return spans;
  }
}

/** Milliseconds on the monotonic clock that all processes of a host share. */
export const now = (): number => Number(process.hrtime.bigint()) / 1e6;

/** Returns for how many milliseconds two candidates of one election worked at once. */
export function overlap(works: readonly Work[]): number {
  const spans = works.flatMap((work) => work.spans().map((span) => ({ ...span, work })));
  let total = 0;
  for (const [index, a] of spans.entries()) {
    for (const b of spans.slice(index + 1)) {
      if (a.work !== b.work) {
        total += Math.max(0, Math.min(a.end, b.end) - Math.max(a.begin, b.begin));
      }
    }
  }
  return total;
}

/** Returns a sentence for each term of one election whose token is not greater than that of the term before. */
export function disorder(works: readonly Work[]): string[] {
  const terms = works
    .flatMap(({ identity, terms: own }) => own.map((term) => ({ ...term, identity })))
    .toSorted((a, b) => a.at - b.at);
  return terms.slice(1).flatMap(({ identity, token }, index) => {
    const before = terms[index]!;
    return token > before.token
      ? []
      : [`${identity} began with token ${token} after ${before.identity} began with ${before.token}`];
  });
}
