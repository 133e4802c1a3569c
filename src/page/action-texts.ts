import { messageOf } from '../core/values/error-text.js';
import type { LoopInfo, WaitErrorCode } from '../index.js';
import type { PageAction } from './page-data.js';

/** Says what an action does to a loop, for people. */
export function acceptedText(before: LoopInfo, action: PageAction['action']): string {
  if (action === 'pause') {
    return pausedText(before);
  }
  if (action === 'trigger') {
    return triggeredText(before);
  }
  return before.paused ? `${before.name} is resumed.` : `${before.name} is not paused.`;
}

function pausedText({ name, paused, pauseReason, runningSince, leaderOnly }: LoopInfo): string {
  if (paused) {
    return `${name} is already paused${pauseReason === undefined ? '' : ` (${pauseReason})`}.`;
  }
  const where =
    leaderOnly === undefined ? '' : ' on this replica; another one that takes the lease will run it';
  return `${name} is paused${where}.${runningSince === undefined ? '' : ' Its run in progress goes on to its end.'}`;
}

function triggeredText({ name, paused, runningSince }: LoopInfo): string {
  const when = runningSince === undefined ? 'runs now' : 'runs once more, right after the run in progress';
  return `${name} ${when}${paused ? ', and stays paused' : ''}.`;
}

/** Says why a loop cannot be steered, and what to do. */
export function refusedText(
  { name, enabled, leaderOnly }: LoopInfo,
  code: unknown,
  error?: unknown,
): { message: string; code?: WaitErrorCode } {
  if (code === 'WAIT_ERR_LOOP_STOPPED') {
    const message = enabled
      ? `${name} has ended. Restart the application to start it again.`
      : `${name} is disabled. Enable it in its options, and restart the application.`;
    return { message, code };
  }
  if (code === 'WAIT_ERR_NOT_LEADER') {
    const message = `${name} does not run here, since this replica does not lead '${leaderOnly}'. Open the page of the replica that does.`;
    return { message, code };
  }
  return { message: messageOf(error) };
}
