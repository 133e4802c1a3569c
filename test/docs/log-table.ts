import { Page } from './page.js';

/** A line of the table in docs/failures.md. */
export interface LogRow {
  readonly level: string;
  /** The line, with `…` for any text. Names of loops, numbers and durations are examples. */
  readonly line: string;
}

/** The table of every line that the module logs. */
export function logRows(page: Page): LogRow[] {
  const table = page.text.slice(page.text.indexOf('## Every line in the log'));
  return Array.from(table.matchAll(/^\| (LOG|DEBUG|WARN|ERROR) +\| `([^`]+)` /gm), ([, level, line]) => ({
    level: level!,
    line: line!,
  }));
}

/** What is an example in a line, so that the log may have something else there. */
const EXAMPLES = new RegExp(
  [
    '…',
    String.raw`Outbox\.flu?sh`,
    String.raw`\b\d[\d.hms]*\b`, // a number or a duration
    String.raw`\b(?:loop|call)s?\b`,
    'Until, 5s between runs',
    String.raw`\{ period: '1m', timeout: '20s' \}`,
    String.raw`pause\(\)`,
    'function report',
    'paused(?= on)',
    "leader election 'default'",
    'vm_30bb4bfa-',
    "became leader(?=')",
  ].join('|'),
  'g',
);

/** Returns what a line must look like to be of this row. */
export function patternOf({ line }: LogRow): RegExp {
  const fixed = line.split(EXAMPLES).map((text) => text.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&'));
  return new RegExp(`^${fixed.join('.+')}$`);
}

/** Returns the phrases of a row that are the same in each line. */
export function fixedPhrases({ line }: LogRow): string[] {
  return line
    .split(EXAMPLES)
    .flatMap((text) => text.split(/[()]/)) // what is in brackets may come from elsewhere in the sources
    .map((text) => text.replaceAll(/^[\s.,:']+|[\s.,:']+$/g, ''))
    .filter((text) => /[a-z]{3}/i.test(text));
}
