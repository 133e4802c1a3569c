const MOST_NAMES = 10;

/** Writes how many loops: `1 loop`, `12 loops`. */
export function loopCount(count: number): string {
  return `${count} ${count === 1 ? 'loop' : 'loops'}`;
}

/** Writes names, but not too many of them. */
export function list(names: readonly string[]): string {
  const more = names.length - MOST_NAMES;
  return more > 0 ? `${names.slice(0, MOST_NAMES).join(', ')} and ${more} more` : names.join(', ');
}

/**
 * Says that a loop is paused. Of a leader-only loop it says what many operators do not expect.
 *
 * @param loop - The name of the loop, without the number of a worker.
 * @param reason - Why; `undefined` if nobody has said so.
 */
export function pausedText(loop: string, leaderOnly: string | undefined, reason: string | undefined): string {
  const where =
    leaderOnly === undefined
      ? ''
      : ` on this replica; another one that takes the lease will run it. For all: loops: { '${loop}': { enabled: false } }`;
  return `paused${where}${because(reason)}`;
}

/** Writes a reason in brackets. */
export function because(reason: string | undefined): string {
  return reason === undefined ? '' : ` (${reason})`;
}
