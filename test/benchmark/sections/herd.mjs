import { slotChart } from '../report/slot-chart.mjs';

/** @returns {import('../run-section.mjs').Section} */
export function herd(quick) {
  return {
    title: 'Thundering herd',
    text:
      '10,000 nestjs-wait loops of 1 s that start in one instant: the most runs that start within 10 ms, and the delay of the event loop in milliseconds, from the second ' +
      'runs on. The first runs come at once whatever the jitter.',
    repetitions: quick ? 1 : 3,
    jobs: [0, 1].map((jitter) => ({
      measure: 'herd',
      args: { adapter: 'ours-core', loops: 10_000, period: 1000, jitter, window: quick ? 3000 : 6000 },
      row: `jitter ${jitter}`,
      columns: { peak: 'peak starts in 10 ms', delayP99: 'delay, p99', delayMax: 'delay, longest' },
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
