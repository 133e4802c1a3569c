import { adapters, bare } from '../adapters/index.mjs';
import { barChart } from '../report/bar-chart.mjs';
import { median } from '../report/statistics.mjs';

const MODES = [
  { column: 'sync', args: { period: 1 }, covers: hasMilliseconds },
  { column: 'async', args: { period: 1, async: true }, covers: hasMilliseconds },
  { column: 'jittered', args: { period: 1, jitter: 1 }, covers: ({ jitters }) => jitters },
];

const WITH_CRON = {
  column: '1,000 loops of 1 s',
  args: { loops: 1000, period: 1000, settle: 1500, window: 2000 },
  repetitions: 2,
  covers: (adapter) => adapter === bare || adapter.file === 'ours-core' || !hasMilliseconds(adapter),
};

/** @returns {import('../run-section.mjs').Section} */
export function cpu(quick) {
  const modes = quick ? MODES : [...MODES, WITH_CRON];
  return {
    title: 'CPU a round',
    text:
      'Microseconds of CPU (user and system, all threads) that one round of one loop takes while 10,000 loops run, all due at once: a run that counts, ' +
      'one that returns a promise, and waits that are drawn from [period, 2 × period). The period is 1 ms' +
      (quick
        ? '.'
        : ', and in the last column 1 s, the shortest that cron patterns express, with 1,000 loops.'),
    repetitions: quick ? 1 : 4,
    baseline: bare.name,
    jobs: modes.flatMap(({ column, args, covers, repetitions }) =>
      adapters.filter(covers).map(({ file, name }) => ({
        measure: 'cpu',
        args: {
          adapter: file,
          loops: 10_000,
          settle: 300,
          window: quick ? 300 : 400,
          ...args,
        },
        repetitions,
        row: name,
        columns: { microsecondsPerRound: column },
      })),
    ),
    charts: (jobs) => ({
      'cpu.svg': barChart({
        title: 'CPU a round, 10,000 loops of 1 ms, synchronous (µs, logarithmic)',
        bars: jobs
          .filter(({ columns }) => columns.microsecondsPerRound === 'sync')
          .map(({ row, samples }) => ({
            label: row,
            value: median(samples.map((figures) => figures.microsecondsPerRound)),
            isOurs: row.startsWith('nestjs-wait'),
          })),
      }),
    }),
  };
}

function hasMilliseconds({ shortest = 1 }) {
  return shortest === 1;
}
