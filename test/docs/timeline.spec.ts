import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { root } from './page.js';
import { timeline } from './timeline.js';

describe('the timeline of what makes waits grow', () => {
  let drawn: string;

  beforeAll(async () => {
    drawn = await timeline();
  });

  it.each(['docs/failures.md', 'src/nest/declare/loop.decorators.ts'])('is the one in %s', (file) => {
    const text = readFileSync(join(root, file), 'utf8');
    const blocks = Array.from(
      text.replaceAll(/^ \* ?/gm, '').matchAll(/^```text\n(.*?)^```$/gms),
      ([, block]) => block,
    );
    expect(blocks.filter((block) => block?.includes(' 0m '))).toEqual([drawn]);
  });
});
