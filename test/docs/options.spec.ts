import { describe, expect, it } from '@jest/globals';
import { OPTION_NAMES } from '../../src/nest/declare/option-names.js';
import { leaderElectionOptions, lockOptions, moduleOptions } from './names.js';
import { Page } from './page.js';

describe('docs/options.md', () => {
  const { text } = new Page('docs/options.md');
  const rows = Array.from(text.matchAll(/^\| `(\w+)` \| ([^|]*) \|/gm), ([, option, of]) => ({
    option: option!,
    of: of!,
  }));

  it('has a row for every option of every decorator, which names that decorator', () => {
    const isOf = (kind: string, of: string): boolean =>
      /^all\b/.test(of) ? !of.includes(`@${kind}\``) : of.includes(`@${kind}\``);
    const missing = Object.entries(OPTION_NAMES).flatMap(([kind, options]) =>
      options
        .filter((name) => !rows.some(({ option, of }) => option === name && isOf(kind, of)))
        .map((name) => `${kind}: ${name}`),
    );
    expect(missing).toEqual([]);
  });

  it('has a row for every option of the module', () => {
    const named = new Set(rows.map(({ option }) => option));
    expect(moduleOptions().filter((option) => !named.has(option))).toEqual([]);
  });

  it('has a row for every option of a leader election', () => {
    const [, section = ''] = text.split('\n## Options of a leader election\n');
    const [table = ''] = section.split('\n## ');
    expect(leaderElectionOptions().filter((option) => !table.includes(`\n| \`${option}\` |`))).toEqual([]);
  });

  it('has a row for every option of every lock, which names that lock', () => {
    const isOf = (lock: string, of: string): boolean => of.startsWith('all locks') || of.includes(lock);
    const missing = Object.entries(lockOptions()).flatMap(([lock, options]) =>
      options
        .filter((name) => !rows.some(({ option, of }) => option === name && isOf(lock, of)))
        .map((name) => `${lock}: ${name}`),
    );
    expect(missing).toEqual([]);
  });
});
