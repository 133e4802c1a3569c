import { slotChart } from '../report/slot-chart.mjs';

const HERDS = [
  { row: 'jitter 0', jitter: 0 },
  { row: 'jitter 1', jitter: 1 },
  { row: "jitter 1, initialDelay 'jitter'", jitter: 1, initialDelay: 'jitter' },
];

/** @returns {import('../run-section.mjs').Section} */
export function herd(quick) {
  return {
    title: 'Thundering herd',
    text:
      '10,000 nestjs-wait loops of 1 s that BackoffUntilService starts in one instant: the most runs that start within 10 ms, and the delay of the event loop in milliseconds, ' +
      'in the first 0.95 s, which has the first runs (and what it takes to start the loops), and after it. Jitter spreads the runs from the second on; only an initial delay spreads the first.',
    repetitions: quick ? 1 : 2,
    jobs: HERDS.map(({ row, ...args }) => ({
      measure: 'herd',
      args: { adapter: 'ours-service', loops: 10_000, period: 1000, ...args, window: quick ? 2000 : 6000 },
      row,
      columns: {
        firstPeak: 'first runs, peak in 10 ms',
        firstDelayMax: 'first runs, longest delay',
        peak: 'peak in 10 ms',
        delayP99: 'delay, p99',
        delayMax: 'delay, longest',
      },
    })),
    charts: (jobs) => ({
      'thundering-herd.svg': slotChart({
        title: 'Starts in each 10 ms of 10,000 loops of 1 s that start at once',
        panels: jobs.map(({ row, samples }) => ({ label: row, slots: samples[0].starts })),
        slotSeconds: 0.01,
      }),
    }),
  };
}
