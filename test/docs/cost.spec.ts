import { describe, expect, it } from '@jest/globals';
import { cell, rounded } from './benchmark-results.js';
import { Page } from './page.js';

const page = new Page('docs/cost.md');
const words = page.text.replaceAll(/\s+/g, ' ');

const CPU = 'CPU a round';
const IDLE = 'Start, keep and stop idle loops';
const HERD = 'Thundering herd';
const BOOT = 'Bootstrap of a Nest application';

const ratio = (section: string, row: string, column: string): string =>
  rounded(cell(section, row, column).ratio!);
const median = (section: string, row: string, column: string): string =>
  rounded(cell(section, row, column).median);
const both = (section: string, row: string, column: string): string =>
  `${ratio(section, row, column)} (${median(section, row, column)} µs)`;

/** A row of a table: what the page calls it, and where the figures are. */
type Row = readonly [name: string, row: string, columns: readonly string[]];

const CPU_ROWS: readonly Row[] = [
  ['a bare `setTimeout`', 'setTimeout', ['sync', 'async', 'jittered']],
  ['`jitterUntil`', 'nestjs-wait jitterUntil', ['sync', 'async', 'jittered']],
  ['`@JitterUntil`, with its statistics', 'nestjs-wait @JitterUntil', ['sync', 'async', 'jittered']],
  [
    'the same, for a method that takes a signal',
    'nestjs-wait @JitterUntil, with a signal',
    ['sync', 'async', 'jittered'],
  ],
  ['`@Interval` of @nestjs/schedule, which overlaps', '@nestjs/schedule @Interval', ['sync', 'async']],
  ['`set-interval-async`', 'set-interval-async', ['sync', 'async']],
  ['an `async` loop that can be aborted', 'async loop (abortable sleep)', ['sync', 'async', 'jittered']],
  ['`repeat` of rxjs', 'rxjs repeat', ['sync', 'async', 'jittered']],
  ['`repeat(spaced)` of Effect', 'Effect repeat(spaced)', ['sync', 'async', 'jittered']],
];

const OBSERVED: readonly (readonly [name: string, row: string])[] = [
  ['a listener of events', 'a listener of events'],
  ['one function of `around`', 'one `around` function'],
  ['metrics for Prometheus', 'Prometheus'],
  ['metrics for OpenTelemetry', 'OpenTelemetry metrics'],
  ['traces, without an SDK', 'OpenTelemetry traces, no SDK'],
  ['traces, with an SDK', 'OpenTelemetry traces'],
];

const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;

describe('the page about the cost', () => {
  it.each(CPU_ROWS)('has the figures of %s', (name, row, columns) => {
    const cpu = columns.map((column) => both(CPU, row, column));
    const bytes = `${ratio(IDLE, row, 'bytes')} (${cell(IDLE, row, 'bytes').median.toLocaleString('en')})`;
    const dashes = Array.from({ length: 3 - cpu.length }, () => '–');
    expect(page.text).toContain(line([name, ...cpu, ...dashes, bytes]));
  });

  it.each(OBSERVED)('has the figures of %s', (name, row) => {
    expect(page.text).toContain(
      line([name, both('Observing', row, 'sync'), both('Observing', row, 'async')]),
    );
  });

  it.each([
    ['an application of 100 providers', '100 providers'],
    ['an application of 1,000 providers', '1,000 providers'],
    ['an application of 5,000 providers', '5,000 providers'],
  ])('has the figures of %s', (name, column) => {
    const ms = (row: string): string => `${median(BOOT, row, column)} ms`;
    const cells = ['the application alone', 'with WaitModule', 'with ScheduleModule'].map(ms);
    expect(page.text).toContain(line([name, ...cells]));
  });

  it('has no row that is not compared', () => {
    const rows = page.text.split('\n').filter((row) => /^\| [^-|]/.test(row));
    expect(rows).toHaveLength(CPU_ROWS.length + OBSERVED.length + 3);
  });

  const DECORATED = 'nestjs-wait @JitterUntil';
  const SIGNAL = 'nestjs-wait @JitterUntil, with a signal';
  /** What a thousand runs a second cost more than those of another row, in percent of a core. */
  const perSecond = (section: string, row: string, base: string): string => {
    const more = cell(section, row, 'async').median - cell(section, base, 'async').median;
    return rounded((more * 1000) / 10_000);
  };

  it.each([
    `takes ${median(CPU, DECORATED, 'sync')} µs of CPU for a run`,
    `and ${cell(IDLE, DECORATED, 'bytes').median} bytes while it waits`,
    `the loop takes ${ratio(CPU, DECORATED, 'sync')} times its CPU`,
    `and ${ratio(IDLE, DECORATED, 'bytes')} times its memory`,
    `takes a signal costs ${median(CPU, SIGNAL, 'async')} µs a run`,
    `${perSecond(CPU, SIGNAL, 'setTimeout')} % of a core at 1,000 runs a second`,
    `a run of a loop costs ${median(CPU, 'nestjs-wait jitterUntil', '1,000 loops of 1 s')} µs`,
    `and one of a bare timer ${median(CPU, 'setTimeout', '1,000 loops of 1 s')} µs`,
    `${ratio('Many loops that rarely run', 'nestjs-wait jitterUntil', '1,000 loops')} to ` +
      `${ratio('Many loops that rarely run', 'nestjs-wait jitterUntil', '100,000 loops')} times that of bare timers`,
    `up to ${rounded(-cell('Lateness', 'setTimeout', 'idle, earliest').median)} ms early`,
    `from ${ratio('Observing', 'a listener of events', 'sync')} to ` +
      `${ratio('Observing', 'OpenTelemetry traces', 'async')} times`,
    `pays ${perSecond('Observing', 'OpenTelemetry traces', 'nothing')} % of a core for a span of every run`,
    `round of ${median('Observing', 'nothing', 'sync')} µs`,
    `${cell(HERD, 'jitter 0', 'peak in 10 ms').median.toLocaleString('en')} of them run within the same 10 ms`,
    `and ${cell(HERD, 'jitter 1', 'peak in 10 ms').median} with \`jitter: 1\``,
    `${cell(HERD, "jitter 1, initialDelay 'jitter'", 'first runs, peak in 10 ms').median} run within the same 10 ms, ` +
      `instead of ${cell(HERD, 'jitter 1', 'first runs, peak in 10 ms').median.toLocaleString('en')}`,
    `${median('Import', 'nestjs-wait', 'ms')} ms, and that of @nestjs/schedule ` +
      `${median('Import', '@nestjs/schedule', 'ms')} ms`,
    `${cell('Heap over millions of rounds', 'nestjs-wait jitterUntil', 'MiB after 1,000,000 rounds').median} MiB ` +
      `after a million rounds, and ${
        cell('Heap over millions of rounds', 'nestjs-wait jitterUntil', 'MiB after 10,000,000 rounds').median
      } MiB after ten`,
  ])('says: %s', (sentence) => {
    expect(words).toContain(sentence);
  });
});
