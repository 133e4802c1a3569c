import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { OPTION_NAMES } from '../../src/nest/declare/option-names.js';
import { errorCodes, leaderElectionOptions, lockOptions, moduleOptions } from './names.js';
import { DOCS, Page, root } from './page.js';

const { text } = new Page('llms.txt');

describe('llms.txt', () => {
  it('has the form of llmstxt.org: a title, a summary, what to know, and lists of links', () => {
    const [head = '', ...sections] = text.split(/^## /m);
    const items = sections.flatMap((section) => section.split('\n').slice(1));
    const links = items.flatMap((line) => /^- \[[^\]]+\]\(([^)]+)\): \S/.exec(line)?.slice(1) ?? []);
    expect(head).toMatch(/^# nestjs-wait\n\n> /);
    expect(head.match(/^#/gm)).toHaveLength(1);
    expect(links).toHaveLength(items.filter((line) => line !== '').length);
    expect(links.filter((link) => !existsSync(join(root, link)))).toEqual([]);
  });

  it('lists every page of the documentation', () => {
    expect(DOCS.filter((page) => !text.includes(`](${page}): `))).toEqual([]);
  });

  it('knows every option, and every code of an error', () => {
    const ofLocks = [...leaderElectionOptions(), ...Object.values(lockOptions()).flat()];
    const names = [...Object.values(OPTION_NAMES).flat(), ...moduleOptions(), ...ofLocks, ...errorCodes()];
    expect(names.filter((name) => !text.includes(`\`${name}\``))).toEqual([]);
  });

  it('knows every entry of the package, and names only what they export', () => {
    const entries = Array.from(text.matchAll(/^ {2}- `nestjs-wait(\S*)`: ((?:(?!\n {0,2}-).)+)/gms));
    const unknown = entries.flatMap(([, entry = '', list = '']) => {
      const index = readFileSync(join(root, `src${entry}/index.ts`), 'utf8');
      const names = Array.from(list.matchAll(/`(\w+)`/g), ([, name]) => name!);
      return names.filter((name) => !new RegExp(`\\b${name}\\b`).test(index));
    });
    const { exports } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { exports: object };
    const published = Object.keys(exports).filter((entry) => entry !== './package.json');
    expect(unknown).toEqual([]);
    expect(entries.map(([, entry]) => `.${entry}`).toSorted()).toEqual(published.toSorted());
  });
});
