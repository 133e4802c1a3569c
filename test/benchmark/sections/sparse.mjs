import { adapters, bare } from '../adapters/index.mjs';

const core = adapters.find(({ file }) => file === 'ours-core');

/** @returns {import('../run-section.mjs').Section} */
export function sparse(quick) {
  const period = quick ? 1000 : 4000;
  const counts = quick ? [10_000] : [1000, 10_000, 100_000];
  return {
    title: 'Many loops that rarely run',
    text:
      `Milliseconds of CPU a second that loops of ${period / 1000} s with jitter 1 take, in the period after their first waits, while each of them runs about once. ` +
      'Most of it is what it takes to wake the event loop.',
    repetitions: quick ? 1 : 3,
    baseline: bare.name,
    jobs: counts.flatMap((loops) =>
      [bare, core].map(({ name, file }) => ({
        measure: 'cpu',
        args: { adapter: file, loops, period, jitter: 1, settle: period + 500, window: period / 4 },
        row: name,
        columns: { millisecondsPerSecond: `${loops.toLocaleString('en')} loops` },
      })),
    ),
  };
}
