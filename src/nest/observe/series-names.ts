import type { ManagedLoop } from '../run/managed-loop.js';

/** Loops that were started at run time, and have no `metricsName`. */
export const DYNAMIC = '_dynamic';
/** Loops for whose names there is no room. */
const OTHER = '_other';
/** A monitoring system keeps every name that it has ever seen, so there must not be too many. */
const MOST_NAMES = 1000;

/** Decides under which name metrics count a loop. There are at most 1,000 names. */
export class SeriesNames {
  private readonly known = new Set([DYNAMIC, OTHER]);
  private hasWarned = false;

  /** @param warn - Receives a sentence, once, when there are too many names. */
  constructor(private readonly warn: (text: string) => void) {}

  of({ spec, isTemporary }: ManagedLoop): string {
    const name = spec.metricsName ?? (isTemporary ? DYNAMIC : spec.name);
    if (this.known.has(name)) {
      return name;
    }
    if (this.known.size < MOST_NAMES) {
      this.known.add(name);
      return name;
    }
    this.warnOnce(name);
    return OTHER;
  }

  private warnOnce(name: string): void {
    if (!this.hasWarned) {
      this.hasWarned = true;
      const most = MOST_NAMES.toLocaleString('en-US');
      this.warn(
        `Metrics take at most ${most} names of loops, so that '${name}' and all further names count as '${OTHER}'. Give loops of one sort the same metricsName.`,
      );
    }
  }
}
