/** A button of a row. The element may be another one after a row has moved. */
export interface Control {
  readonly element: Element;
  readonly loop: string;
  readonly control: string;
}

export function focusedControl(): Control | undefined {
  const element = document.activeElement;
  const control = element?.getAttribute('data-control');
  const loop = element?.closest('[data-loop]')?.getAttribute('data-loop');
  return element && control && loop ? { element, loop, control } : undefined;
}

/** Gives the focus back, if the control has lost it. */
export function focusControl(before: Control | undefined): void {
  if (before === undefined || document.activeElement === before.element) {
    return;
  }
  const row = `[data-loop="${CSS.escape(before.loop)}"]`;
  const control = document.querySelector<HTMLElement>(`${row} [data-control=${before.control}]`);
  control?.focus({ preventScroll: true });
}
