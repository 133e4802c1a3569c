import { bare, bareAndOurs } from '../adapters/index.mjs';

const COLUMNS = [
  { column: '1 ms', periods: [1] },
  { column: '1 s', periods: [1000] },
  { column: '1, 10, 100 and 1,000 ms', periods: [1, 10, 100, 1000] },
];

/** @returns {import('../run-section.mjs').Section} */
export function periods(quick) {
  return {
    title: 'Periods',
    text: 'Microseconds of CPU a round of 4,000 loops of one period, and of several in equal parts, without jitter, all started in one instant.',
    repetitions: quick ? 1 : 2,
    baseline: bare.name,
    jobs: (quick ? COLUMNS.slice(-1) : COLUMNS).flatMap(({ column, periods: each }) =>
      bareAndOurs.map(({ file, name }) => ({
        measure: 'cpu',
        args: {
          adapter: file,
          loops: 4000,
          periods: each,
          settle: quick ? 500 : 1200,
          window: quick ? 500 : 1200,
        },
        row: name,
        columns: { microsecondsPerRound: column },
      })),
    ),
  };
}
