import { bareAndOurs } from '../adapters/index.mjs';

/** @returns {import('../run-section.mjs').Section} */
export function soak(quick) {
  const rounds = quick ? 100_000 : 1_000_000;
  const label = (count) => `MiB after ${count.toLocaleString('en')} rounds`;
  return {
    title: 'Heap over millions of rounds',
    text: 'The heap of 10,000 loops of 1 ms, garbage collected.',
    repetitions: 1,
    jobs: bareAndOurs.map(({ file, name }) => ({
      measure: 'soak',
      args: { adapter: file, loops: 10_000, rounds },
      row: name,
      columns: { before: label(rounds), after: label(rounds * 10) },
    })),
  };
}
