import { bareAndOurs } from '../adapters/index.mjs';

/** @returns {import('../run-section.mjs').Section} */
export function lateness(quick) {
  const situations = [
    { label: 'idle', blocked: 0 },
    { label: 'blocked', blocked: 50 },
  ];
  return {
    title: 'Lateness',
    text:
      'Milliseconds from when a run is due to when it starts, for 200 loops of 37 ms that start one after the other, in a process that does nothing else and in one ' +
      'whose event loop is blocked half of the time, 50 ms at once. Less than zero is a wait that ended early.',
    repetitions: quick ? 1 : 3,
    jobs: situations.flatMap(({ label, blocked }) =>
      bareAndOurs.map(({ file, name }) => ({
        measure: 'lateness',
        args: { adapter: file, loops: 200, period: 37, blocked, window: quick ? 1000 : 2000 },
        row: name,
        columns: { earliest: `${label}, earliest`, p50: `${label}, p50`, p99: `${label}, p99` },
      })),
    ),
  };
}
