const SECOND = 1000;
const MINUTE = 60 * SECOND;
const UNITS = [
  ['d', 24 * 60 * MINUTE],
  ['h', 60 * MINUTE],
  ['m', MINUTE],
  ['s', SECOND],
] as const;

/** Writes how long something took: `0.4 ms`, `340 ms`, `1.2 s`, `14 s`, `4m 12s`, `2h 5m`. */
export function duration(milliseconds: number): string {
  if (milliseconds < 10) {
    return `${Math.round(milliseconds * 10) / 10} ms`;
  }
  if (milliseconds < SECOND - 0.5) {
    return `${Math.round(milliseconds)} ms`;
  }
  if (milliseconds < 10 * SECOND - 50) {
    return `${Math.round(milliseconds / 100) / 10} s`;
  }
  return wholeSeconds(Math.round(milliseconds / SECOND));
}

/** Writes what counts up: `14 s`, `4m 12s`. */
export function countUp(milliseconds: number): string {
  return wholeSeconds(Math.floor(Math.max(0, milliseconds) / SECOND));
}

/** Writes what counts down. It shows `1 s` until nothing is left. */
export function countDown(milliseconds: number): string {
  return wholeSeconds(Math.ceil(Math.max(0, milliseconds) / SECOND));
}

/** Writes when something happened: `14 s ago`, `just now`. */
export function ago(milliseconds: number): string {
  return milliseconds < SECOND ? 'just now' : `${countUp(milliseconds)} ago`;
}

/** Writes when something will happen: `in 14 s`, `now`. */
export function ahead(milliseconds: number): string {
  return milliseconds <= 0 ? 'now' : `in ${countDown(milliseconds)}`;
}

/** The two largest units tell enough. */
function wholeSeconds(seconds: number): string {
  if (seconds < 60) {
    return `${seconds} s`;
  }
  let rest = seconds * SECOND;
  const parts: string[] = [];
  for (const [unit, size] of UNITS) {
    const count = Math.floor(rest / size);
    if (parts.length < 2 && (count > 0 || parts.length > 0)) {
      parts.push(`${count}${unit}`);
    }
    rest -= count * size;
  }
  return parts.filter((part) => !part.startsWith('0')).join(' ');
}
