import type { PageAction } from '../../page-data.js';
import { NoAnswer } from '../server/no-answer.js';

const EFFECTS: Record<PageAction['action'], string> = {
  pause: 'is paused',
  resume: 'is resumed',
  trigger: 'has begun a run',
};

/** Says what is known about an action that the page got no answer to. */
export function doubtWords({ loop, action }: PageAction, error: unknown): string {
  if (!(error instanceof NoAnswer)) {
    return `The page has a fault: ${String(error)}`;
  }
  return error.isRefusal
    ? error.message
    : `${error.message} So nobody knows whether ${loop} ${EFFECTS[action]}: look at it when there is an answer.`;
}
