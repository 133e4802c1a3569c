import type { JSX } from 'preact';
import type { PageData } from '../../page-data.js';
import { Icon } from './icon.js';

/** One calm line; nothing if a filter hides a problem. */
export function AllWell({ counts }: { readonly counts: PageData['counts'] | undefined }): JSX.Element | null {
  if (counts === undefined || counts.hung + counts.failing + counts.overdue > 0) {
    return null;
  }
  return (
    <p class="all-well">
      <Icon shape="well" /> All is well: no loop is failing, hung or overdue.
    </p>
  );
}
