import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './page.js';

/** One cell of a table of results, as the benchmark has written it. */
interface Cell {
  /** The median of the ratios to the row that is 1; not in every table. */
  readonly ratio: number | undefined;
  readonly median: number;
}

const text = readFileSync(join(root, 'test/benchmark/RESULTS.md'), 'utf8');

/** Reads a cell of `test/benchmark/RESULTS.md`. */
export function cell(section: string, row: string, column: string): Cell {
  const table = text.split(`\n## ${section}\n`)[1]?.split('\n## ')[0] ?? '';
  const [header, , ...rows] = table
    .split('\n')
    .filter((line) => line.startsWith('|'))
    .map((line) => line.split('|').map((part) => part.trim()));
  const found = rows.find((cells) => cells[1] === row)?.[header?.indexOf(column) ?? -1];
  const [, ratio, median] = /^(?:\*\*([\d.,]+)\*\* · )?(-?[\d.,]+)/.exec(found ?? '') ?? [];
  if (median === undefined) {
    throw new Error(`RESULTS.md has no figure in '${section}', '${row}', '${column}', but '${found}'.`);
  }
  return { ratio: ratio === undefined ? undefined : numberOf(ratio), median: numberOf(median) };
}

const numberOf = (figure: string): number => Number(figure.replaceAll(',', ''));

/** Two digits are as much as a benchmark can promise. */
export function rounded(value: number): string {
  return value >= 1000 ? value.toLocaleString('en') : String(Number(value.toPrecision(2)));
}
