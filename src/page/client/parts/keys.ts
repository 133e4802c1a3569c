import type { LoopPage } from '../state/loop-page.js';

const STEPS: Readonly<Record<string, number>> = { j: 1, k: -1, ArrowDown: 1, ArrowUp: -1 };

/** What keys do where no text is typed: `/` searches, `j` and `k` go from loop to loop, Escape closes. */
export function followKeys(page: LoopPage): (event: KeyboardEvent) => void {
  return (event) => {
    const target = event.target instanceof Element ? event.target : document.body;
    if (event.ctrlKey || event.metaKey || event.altKey || target.closest('input, dialog')) {
      return;
    }
    if (event.key === '/') {
      event.preventDefault();
      document.querySelector<HTMLElement>('input[type=search]')?.focus();
    } else if (event.key === 'Escape') {
      close(page);
    } else if (event.key in STEPS && (event.key.length === 1 || target.matches('.opener'))) {
      event.preventDefault();
      step(target, STEPS[event.key] ?? 0);
    }
  };
}

function close(page: LoopPage): void {
  const opener = document.querySelector<HTMLElement>('.opener[aria-expanded=true]');
  if (opener !== null) {
    opener.focus();
    page.open(undefined);
  }
}

function step(from: Element, steps: number): void {
  const openers = [...document.querySelectorAll<HTMLElement>('.opener')];
  const current = from.closest('.loop')?.querySelector<HTMLElement>('.opener');
  const index = current ? openers.indexOf(current) + steps : 0;
  openers[index]?.focus();
}
