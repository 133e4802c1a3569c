import type { JSX } from 'preact';
import type { PageLoop } from '../../page-data.js';
import { forAllOf } from '../words/pause.js';

/** Says what disables a loop on all replicas, for good. */
export function ForAll({ loop }: { readonly loop: PageLoop }): JSX.Element {
  return loop.isTemporary ? (
    <>
      For all: <code>enabled: false</code>, where the application starts it with{' '}
      <code>BackoffUntilService</code>.
    </>
  ) : (
    <>
      For all: <code>{forAllOf(loop)}</code>, an option of <code>WaitModule.forRoot</code>.
    </>
  );
}
