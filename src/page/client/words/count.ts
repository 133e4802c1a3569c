const NUMBERS = new Intl.NumberFormat('en');

/** Writes a number of things: `1 run`, `1,204 runs`. */
export function count(number: number, thing: string, things = `${thing}s`): string {
  return `${figure(number)} ${number === 1 ? thing : things}`;
}

/** Writes a number: `1,204`. */
export function figure(number: number): string {
  return NUMBERS.format(number);
}
