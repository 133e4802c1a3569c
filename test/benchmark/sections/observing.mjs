const ROWS = [
  { observer: 'nothing', row: 'nothing' },
  { observer: 'around', row: 'one `around` function' },
  { observer: 'threeAround', row: 'three `around` functions' },
  { observer: 'listener', row: 'a listener of events' },
  { observer: 'prometheus', row: 'Prometheus' },
  { observer: 'metrics', row: 'OpenTelemetry metrics' },
  { observer: 'traces', row: 'OpenTelemetry traces, no SDK' },
  { observer: 'tracesWithSdk', row: 'OpenTelemetry traces' },
  { observer: 'everything', row: 'one of each' },
];

const COLUMNS = [
  { column: 'sync', args: {} },
  { column: 'async', args: { async: true } },
];

/** @returns {import('../run-section.mjs').Section} */
export function observing(quick) {
  return {
    title: 'Observing',
    text:
      'Microseconds of CPU (all threads) that one round takes by what observes the loops: 100 decorated loops of 1 ms, each with 100 workers, whose run counts, or returns a promise. ' +
      "OpenTelemetry's SDK is there but in one row; it samples every run, and its exporters drop what they get.",
    repetitions: quick ? 1 : 8,
    baseline: ROWS[0].row,
    jobs: (quick ? COLUMNS.slice(1) : COLUMNS).flatMap(({ column, args }) =>
      ROWS.map(({ observer, row }) => ({
        measure: 'cpu',
        args: {
          adapter: 'observed',
          observer,
          loops: 10_000,
          workers: 100,
          period: 1,
          saturated: true,
          settle: quick ? 300 : 500,
          window: quick ? 300 : 600,
          ...args,
        },
        row,
        columns: { microsecondsPerRound: column },
      })),
    ),
  };
}
