import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, it } from '@jest/globals';
import { APP_CSS, APP_JS, PAGE_HTML } from '../../../src/page/assets.js';

const ROOT = join(__dirname, '../../..');
const LIMIT = 25_000;

it('src/page/assets.ts is what its sources give', () => {
  const script = `import { pageAssets } from './.ci/build-page.mjs'; process.stdout.write(await pageAssets());`;
  const built = execFileSync(process.execPath, ['--input-type=module', '--eval', script], {
    cwd: ROOT,
    encoding: 'utf8',
    maxBuffer: 1e7,
    timeout: 120_000,
  });
  const isSame = readFileSync(join(ROOT, 'src/page/assets.ts'), 'utf8') === built;
  expect(isSame ? 'in step' : 'out of step: run `npm run build:page`, and commit it').toBe('in step');
});

it('the page, its script and its style are at most 25 kB gzipped together', () => {
  const size = [PAGE_HTML, APP_JS, APP_CSS].reduce((sum, { body }) => sum + gzipSync(body).length, 0);
  expect(size > LIMIT ? `the page has ${size} bytes gzipped, more than ${LIMIT}` : 'small').toBe('small');
});

it('the script carries the licence of preact', () => {
  expect(APP_JS.body).toContain('The MIT License (MIT)');
  expect(APP_JS.body).toContain('Copyright (c) 2015-present Jason Miller');
});

it('nothing in the page is inline, so that a strict content security policy allows all of it', () => {
  expect(PAGE_HTML.body).not.toMatch(/<style|\sstyle=|\son\w+=|javascript:/);
  expect(PAGE_HTML.body.match(/<script[^>]*>[^<]*/g)).toEqual(['<script src="app.js" defer>']);
  expect(APP_JS.body).not.toMatch(/\beval\(|new Function\(/);
});

it('each file has an ETag of its own', () => {
  const tags = [PAGE_HTML, APP_JS, APP_CSS].map(({ etag }) => etag);
  expect(new Set(tags).size).toBe(3);
  expect(tags.filter((tag) => /^"[\w-]{22}"$/.test(tag))).toEqual(tags);
});
