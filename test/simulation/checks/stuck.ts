import type { ObservedProcess } from '../observed.js';

export const NOT_CALLED_STUCK = 'A candidate whose last term is over is not called stuck by check().';

export function isCalledStuck({ elector, terms, endedTerms }: ObservedProcess): string | undefined {
  if (terms > endedTerms) {
    return undefined;
  }
  try {
    elector.check();
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}
