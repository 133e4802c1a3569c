import { bareAndOurs } from '../adapters/index.mjs';

const APART = { loops: 200, period: 37 };

const SITUATIONS = [
  { label: 'idle', args: APART, figures: ['earliest', 'p50', 'p99'] },
  { label: 'blocked', args: { ...APART, blocked: 50 }, figures: ['earliest', 'p50', 'p99'] },
  { label: 'burst', args: { loops: 2000, period: 10, together: true }, figures: ['earliest', 'p50', 'p99'] },
  { label: 'suspended', args: { ...APART, suspended: 500 }, figures: ['earliest', 'p50', 'longest'] },
];

/** @returns {import('../run-section.mjs').Section} */
export function lateness(quick) {
  return {
    title: 'Lateness',
    text:
      'Milliseconds from when a run is due to when it starts, for 200 loops of 37 ms that start one after the other: in a process that does nothing else, in one whose event loop is blocked half ' +
      'of the time, 50 ms at once, and in one that is suspended for 500 ms (SIGSTOP); and for 2,000 loops of 10 ms that start in one instant (burst). Less than zero is a wait that ended early.',
    repetitions: quick ? 1 : 2,
    jobs: (quick ? SITUATIONS.filter(({ label }) => label !== 'blocked') : SITUATIONS).flatMap(
      ({ label, args, figures }) =>
        bareAndOurs.map(({ file, name }) => ({
          measure: 'lateness',
          args: { adapter: file, ...args, window: quick ? 600 : 1500 },
          row: name,
          columns: Object.fromEntries(figures.map((figure) => [figure, `${label}, ${figure}`])),
        })),
    ),
  };
}
