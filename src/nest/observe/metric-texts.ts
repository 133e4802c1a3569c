/** The upper limits of the buckets of both histograms, in seconds. */
export const BUCKETS: readonly number[] = [0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30, 60, 180, 600, 1800];

/** What each metric means, in every monitoring system. */
export const HELP = {
  duration: 'How long runs took.',
  lateness: 'How long runs had been due when they began.',
  runs: 'How many runs have ended, by outcome.',
  active: 'How many runs are in progress.',
  longestActive: 'How long the oldest run in progress has lasted; 0 if there is none.',
  lastSuccess: 'When the last run ended that succeeded, since 1970.',
  consecutiveFailures: 'How many runs have failed since the last success.',
  loops: 'How many loops there are, by state.',
  leader: 'Whether this replica leads: 1 or 0.',
} as const;
