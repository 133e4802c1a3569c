import type { PageLoop } from '../../page-data.js';

/** Says why a run now would be refused; `undefined` if it would not. */
export function whyNoTrigger(loop: PageLoop): string | undefined {
  if (loop.state === 'standby') {
    return `This replica does not lead ${loop.leaderOnly}. Run the loop on the replica that does.`;
  }
  return whyNoPause(loop);
}

/** Says why a pause would have no effect; `undefined` if it would have one. */
export function whyNoPause({ state, enabled }: PageLoop): string | undefined {
  if (state !== 'stopped') {
    return undefined;
  }
  return enabled
    ? 'The loop has stopped. Only a restart of the application starts it again.'
    : 'The loop is disabled in the options of the application.';
}
