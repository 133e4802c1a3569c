import { groupedBarChart } from '../report/grouped-bar-chart.mjs';
import { median } from '../report/statistics.mjs';

const ROUNDS_PER_MILLISECOND = 500;

const SERIES = [
  { adapter: 'set-timeout', label: 'setTimeout' },
  { adapter: 'ours-core', label: 'nestjs-wait' },
  { adapter: 'set-timeout', jitter: 1, label: 'setTimeout, jittered' },
  { adapter: 'ours-core', jitter: 1, label: 'nestjs-wait, jittered' },
];

/** @returns {import('../run-section.mjs').Section} */
export function scaling(quick) {
  const counts = quick ? [1000, 10_000] : [1, 10, 100, 1000, 10_000, 100_000, 1_000_000];
  return {
    title: 'Scaling',
    text:
      `Microseconds of CPU a round, and bytes a loop, by the number of loops, at ${ROUNDS_PER_MILLISECOND} rounds a millisecond spread evenly over the period ` +
      '(with jitter 1, two thirds of that; with fewer than 500 loops, whose period is 1 ms, fewer rounds share a wake-up of the event loop). Ratios are to 1,000 loops.',
    repetitions: quick ? 1 : 2,
    baseline: rowOf(1000),
    jobs: counts.flatMap((loops) => [
      ...SERIES.map((series) => roundsJob(loops, series, quick ? 300 : 1000)),
      ...(loops < 1000 ? [] : SERIES.slice(0, 2).map((series) => bytesJob(loops, series))),
    ]),
    charts: (jobs) => ({
      'scaling.svg': groupedBarChart({
        title: `CPU a round by the number of loops, ${ROUNDS_PER_MILLISECOND} rounds a millisecond (µs, logarithmic)`,
        series: SERIES.map(({ label }) => label),
        groups: counts.map((loops) => ({
          label: rowOf(loops),
          values: SERIES.map(({ label }) => median(microsecondsOf(jobs, rowOf(loops), label))),
        })),
      }),
    }),
  };
}

function rowOf(loops) {
  return loops.toLocaleString('en');
}

function roundsJob(loops, { label, ...series }, window) {
  const period = Math.max(1, loops / ROUNDS_PER_MILLISECOND);
  return {
    measure: 'cpu',
    args: {
      ...series,
      loops,
      period,
      spread: period,
      settle: 300 + period,
      window: Math.max(window, period),
    },
    row: rowOf(loops),
    columns: { microsecondsPerRound: `${label}, µs` },
  };
}

function bytesJob(loops, { adapter, label }) {
  return {
    measure: 'idle',
    args: { adapter, loops, period: 3_600_000 },
    row: rowOf(loops),
    columns: { bytesPerLoop: `${label}, bytes` },
  };
}

function microsecondsOf(jobs, row, label) {
  const job = jobs.find((each) => each.row === row && each.columns.microsecondsPerRound === `${label}, µs`);
  return job.samples.map((figures) => figures.microsecondsPerRound);
}
