import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { fixedPhrases, logRows } from './log-table.js';
import { Page, root } from './page.js';

/** A call of a logger, or of a function `warn` or `write` that writes to it. */
const CALL =
  /\bthis\.write\('(?:log|warn)'|\b(?:writer|log|logger)(?:\?\.|\.)(?:log|debug|warn|error|failure)(?:\?\.)?\(|(?<![.\w])warn\(\s*['`]/g;

/** It only passes on what others write. */
const WRITER = 'nest/log/log-writer.ts';

const sources = new Map(
  ['nest', 'leader-election', 'page'].flatMap((folder) =>
    readdirSync(join(root, 'src', folder), { recursive: true })
      .map((file) => `${folder}/${String(file)}`)
      .filter((file) => file.endsWith('.ts') && file !== WRITER)
      .map((file) => [file, readFileSync(join(root, 'src', file), 'utf8')] as const),
  ),
);
sources.set('core/loop/crash.ts', readFileSync(join(root, 'src/core/loop/crash.ts'), 'utf8'));

describe('the table of every line in the log', () => {
  it('has only lines whose fixed phrases stand in the sources', () => {
    const rows = logRows(new Page('docs/failures.md'));
    const text = Array.from(sources.values(), (source) => source.replaceAll(/[`'] \+\s+[`']/g, '')).join('');
    const unknown = rows.flatMap((row) => fixedPhrases(row).filter((phrase) => !text.includes(phrase)));
    expect(rows.length).toBeGreaterThan(40);
    expect(unknown).toEqual([]);
  });

  it('was written when the sources logged in these places: one more place needs one more row', () => {
    const calls = Array.from(sources, ([file, source]) => [file, source.match(CALL)?.length ?? 0] as const);
    expect(Object.fromEntries(calls.filter(([, count]) => count > 0))).toEqual({
      'leader-election/election-events.ts': 2,
      'leader-election/leader-elector.ts': 1,
      'leader-election/lease.ts': 1,
      'leader-election/lock-log.ts': 4,
      'nest/leader/leader-election.ts': 1,
      'nest/observe/loop-metrics.ts': 2,
      'nest/run/failure-log.ts': 5,
      'nest/run/hung-sweep.ts': 3,
      'nest/run/loop-log.ts': 7,
      'nest/run/loop.runner.ts': 2,
      'nest/run/steer-log.ts': 9,
      'nest/run/unknown-loop.ts': 1,
      'page/page-actions.ts': 1,
      'page/refusal-log.ts': 1,
    });
  });
});
