import { errorTypeOf, OTHER_TYPE } from '../../core/values/error-type.js';

/** A monitoring system keeps a histogram for every type that it has ever seen, so there must not be too many. */
const MOST_TYPES = 100;

/** Decides under which type metrics count an error. There are at most 100 types, and `_OTHER`. */
export class ErrorTypes {
  private readonly known = new Set<string>();

  of(thrown: unknown): string {
    const type = errorTypeOf(thrown);
    if (this.known.size < MOST_TYPES) {
      this.known.add(type);
    }
    return this.known.has(type) ? type : OTHER_TYPE;
  }
}
