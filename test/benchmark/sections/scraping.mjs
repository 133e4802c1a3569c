const DEFAULTS = "prom-client's default metrics";

const ROWS = [
  { observer: 'defaultMetrics', loops: 100, row: DEFAULTS },
  { observer: 'prometheus', loops: 100, row: 'Prometheus, 100 loops' },
  { observer: 'prometheus', loops: 10_000, row: 'Prometheus, 10,000 loops' },
  { observer: 'metrics', loops: 100, row: 'OpenTelemetry, 100 loops' },
  { observer: 'metrics', loops: 10_000, row: 'OpenTelemetry, 10,000 loops' },
];

/** @returns {import('../run-section.mjs').Section} */
export function scraping(quick) {
  return {
    title: 'Scraping',
    text:
      'Milliseconds that it takes to read all metrics once, and for how many of them the event loop stands still at once, so that a run begins late by that at most. A loop has a provider of its own, and has run once. ' +
      'Of 10,000 loops, 998 have a name in the metrics, and the others are counted together.',
    repetitions: quick ? 1 : 6,
    baseline: DEFAULTS,
    jobs: ROWS.map(({ row, ...args }) => ({
      measure: 'scrape',
      args: { ...args, scrapes: quick ? 10 : 40 },
      row,
      columns: { milliseconds: 'scrape', standstill: 'event loop' },
    })),
  };
}
