import { median, round } from './statistics.mjs';

/**
 * The table of a section in Markdown. A cell is the median, with minimum and maximum; where there is a
 * baseline the ratio stands first.
 *
 * @param {import('../run-section.mjs').Section} section
 * @param {import('../run-section.mjs').MeasuredJob[]} jobs
 */
export function table({ baseline }, jobs) {
  const rows = [...new Set(jobs.map(({ row }) => row))];
  const columns = [...new Set(jobs.flatMap((job) => Object.values(job.columns)))];
  const cell = (row, column) => {
    const values = valuesOf(jobs, row, column);
    return values === undefined ? '–' : format(values, baseline && valuesOf(jobs, baseline, column));
  };
  return [
    ['', ...columns],
    ['---', ...columns.map(() => '---')],
    ...rows.map((row) => [row, ...columns.map((column) => cell(row, column))]),
  ]
    .map((cells) => `| ${cells.join(' | ')} |`)
    .join('\n');
}

function valuesOf(jobs, row, column) {
  const job = jobs.find((each) => each.row === row && Object.values(each.columns).includes(column));
  const figure = job && Object.keys(job.columns).find((key) => job.columns[key] === column);
  return job?.samples.map((figures) => figures[figure]);
}

function format(values, baseline) {
  const absolute = withRange(values);
  if (baseline === undefined) {
    return absolute;
  }
  const ratio = median(values.map((value, repetition) => value / baseline[repetition]));
  return `**${round(ratio)}** · ${absolute}`;
}

function withRange(values) {
  const range = `${round(Math.min(...values))}–${round(Math.max(...values))}`;
  return values.length > 1 ? `${round(median(values))} (${range})` : round(values[0]);
}
