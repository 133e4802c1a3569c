import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import type { WaitError } from 'nestjs-wait';
import { codeOf } from './support/mistake.js';
import { tables } from './tables/index.js';

const root = join(__dirname, '../..');
const page = readFileSync(join(root, 'docs/errors.md'), 'utf8');
const mistakes = tables.flatMap((table) => table.mistakes);

const rows = Array.from(page.matchAll(/^\| `(WAIT_ERR_\w+)` \| .+ \| `([^`]+)` \|$/gm), (match) => ({
  code: match[1] as string,
  example: match[2] as string,
}));

/** An example as it is printed; where it has an ellipsis, anything may stand. */
function printedAs(example: string): RegExp {
  const parts = example.split('…').map((part) => part.replace(/[$()*+.?[\\\]^{|}]/g, String.raw`\$&`));
  return new RegExp(`^${parts.join('.*')}$`);
}

describe('docs/errors.md', () => {
  it('has a row for every code, and no other', () => {
    const source = readFileSync(join(root, 'src/core/errors.ts'), 'utf8');
    const codes = [...new Set(source.match(/WAIT_ERR_\w+/g))].toSorted();
    expect(rows.map(({ code }) => code)).toEqual(codes);
  });

  it.each(rows)('shows for $code a text that a mistake of the table gets', async (row) => {
    const ofThisCode = mistakes.filter((mistake) => codeOf(mistake) === row.code);
    expect(ofThisCode).not.toEqual([]);
    const texts: string[] = [];
    for (const { provoke } of ofThisCode) {
      // oxlint-disable-next-line no-await-in-loop -- each in an application of its own
      const { message } = (await provoke()) as WaitError;
      texts.push(message);
      if (printedAs(row.example).test(message)) {
        return;
      }
    }
    expect(texts).toContain(row.example);
  });
});
