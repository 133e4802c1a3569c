import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { page } from './support/page.js';

describe('the page about the context of a run', () => {
  const section = page.text.slice(page.text.indexOf('## The context of a run'));
  const blocks = Array.from(section.matchAll(/^```ts\n(.*?)^```$/gms), ([, text]) => text!);
  const nameOf = (block: string): string => /^\/\/ (\S+)\n/.exec(block)?.[1] ?? 'a block without a name';

  it('shows the files that the tests run, and no others', () => {
    const folder = join(__dirname, 'shown');
    const shown = Object.fromEntries(blocks.map((block) => [nameOf(block), block]));
    const tested = readdirSync(folder).map((file) => [file, readFileSync(join(folder, file), 'utf8')]);
    expect(shown).toEqual(Object.fromEntries(tested));
    expect(blocks).toHaveLength(tested.length);
  });

  it.each([
    ['Node 20', 'node-20', 2],
    ['Node 22', 'node-22', 3],
  ])('names the versions with which the tests run on %s', (_, folder, column) => {
    const { dependencies } = JSON.parse(readFileSync(join(__dirname, folder, 'package.json'), 'utf8')) as {
      dependencies: Record<string, string>;
    };
    const rows = Array.from(section.matchAll(/^\| `([^`]+)` \| ([\d.]+) \| ([\d.]+) \| `npm install /gm));
    expect(rows).toHaveLength(5);
    for (const row of rows) {
      expect([row[1], row[column]]).toEqual([row[1], dependencies[row[1]!]]);
    }
  });
});
