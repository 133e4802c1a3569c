import { adapters, bare } from '../adapters/index.mjs';

const SLACK = 10;

const core = adapters.find(({ file }) => file === 'ours-core');

const ROWS = [
  { row: bare.name, adapter: bare.file },
  { row: core.name, adapter: core.file },
  { row: `${core.name}, slack ${SLACK} ms`, adapter: core.file, slack: SLACK },
];

/** @returns {import('../run-section.mjs').Section} */
export function sparse(quick) {
  const period = quick ? 1000 : 4000;
  const counts = quick ? [10_000] : [1000, 10_000, 100_000];
  return {
    title: 'Many loops that seldom run',
    text:
      `Milliseconds of CPU a second that loops of ${period / 1000} s with jitter 1 take, in the period after their first waits, while each of them runs about once. ` +
      'Waking the event loop is what costs here, and what slack saves.',
    repetitions: quick ? 1 : 2,
    baseline: bare.name,
    jobs: counts.flatMap((loops) =>
      ROWS.map(({ row, ...how }) => ({
        measure: 'cpu',
        args: { ...how, loops, period, jitter: 1, settle: period + 500, window: period / 4 },
        row,
        columns: { millisecondsPerSecond: `${loops.toLocaleString('en')} loops` },
      })),
    ),
  };
}
