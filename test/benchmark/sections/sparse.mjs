import { adapters, bare } from '../adapters/index.mjs';

/** @returns {import('../run-section.mjs').Section} */
export function sparse(quick) {
  const period = quick ? 1000 : 5000;
  const counts = quick ? [10_000] : [1000, 10_000, 100_000];
  return {
    title: 'Many loops that seldom run',
    text:
      `Milliseconds of CPU a second that loops of ${period / 1000} s with jitter 1 take, in the period after their first waits, while each of them runs about once. ` +
      'Waking the event loop is what costs here.',
    repetitions: quick ? 1 : 2,
    baseline: bare.name,
    jobs: counts.flatMap((loops) =>
      adapters.filter(isBareOrCore).map(({ file, name }) => ({
        measure: 'cpu',
        args: { adapter: file, loops, period, jitter: 1, settle: period + 500, window: period / 4 },
        row: name,
        columns: { millisecondsPerSecond: `${loops.toLocaleString('en')} loops` },
      })),
    ),
  };
}

function isBareOrCore({ file }) {
  return file === bare.file || file === 'ours-core';
}
