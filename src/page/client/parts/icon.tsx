import type { JSX } from 'preact';
import type { PageState } from '../../page-data.js';

const SHAPES = {
  // states: each has a shape of its own, so that nobody needs to tell colours apart
  failing: 'M8 1.500 15 14.500H1ZM8 6v4M8 11.700v1',
  hung: 'M5 1.500h6l3.500 3.500v6L11 14.500H5L1.500 11V5ZM8 4.500v4.500M8 10.700v1',
  overdue: 'M8 1.500a6.500 6.500 0 1 0 .01 0ZM8 4.500V8l2.500 2',
  running: 'M4 2.500v11l9.500-5.500Z',
  waiting: 'M8 3.500a4.500 4.500 0 1 0 .01 0Z',
  paused: 'M4 3h2.500v10H4ZM9.500 3H12v10H9.500Z',
  standby: 'M8 2.500 13.500 8 8 13.500 2.500 8Z',
  stopped: 'M3.500 3.500h9v9h-9Z',
  // others
  well: 'M2.500 8.500 6.500 12.500 13.500 4',
  close: 'M3.500 3.500l9 9M12.500 3.500l-9 9',
  open: 'M5.500 3 10.500 8 5.500 13',
} satisfies Record<PageState, string> & Record<string, string>;

export function Icon({ shape }: { readonly shape: keyof typeof SHAPES }): JSX.Element {
  return (
    <svg class="icon" data-shape={shape} viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">
      <path d={SHAPES[shape]} />
    </svg>
  );
}
