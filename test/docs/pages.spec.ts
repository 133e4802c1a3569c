import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { DOCS, root } from './page.js';

const parity = read('docs/kubernetes.md');

describe('the parity table', () => {
  it('has a row for every exported function and class that has a counterpart in Kubernetes', () => {
    const index = readFileSync(join(root, 'src/index.ts'), 'utf8');
    const values = [...index.matchAll(/^export \{([^}]+)\} from '\.\/core\//gms)]
      .flatMap(([, names]) => (names ?? '').split(','))
      .map((name) => name.trim())
      .filter((name) => name !== '' && name !== 'WaitError');
    const missing = values.filter((name) => !new RegExp(`\`(new )?${name}\\b`).test(parity));
    expect(missing).toEqual([]);
  });

  it('names only tests that exist', () => {
    const rows = parity.split('\n').filter((line) => line.startsWith('| '));
    const named = rows.flatMap((row) =>
      Array.from(
        row
          .split('|')
          .at(-2)!
          .matchAll(/`([^`]+)`/g),
        ([, name]) => name!,
      ),
    );
    const missing = named.filter(
      (name) => !existsSync(join(root, 'test', name)) && !existsSync(join(root, 'test', `${name}.spec.ts`)),
    );
    expect(named).not.toEqual([]);
    expect(missing).toEqual([]);
  });
});

const PAGES = ['README.md', 'CHANGELOG.md', 'CONTRIBUTING.md', 'llms.txt', 'sample-app/README.md', ...DOCS];

describe.each(PAGES)('%s', (page) => {
  it('links only to files and headings that exist', () => {
    const broken = linksOf(page).filter((link) => {
      const [file, heading] = link.split('#');
      const target = file === '' ? page : join(dirname(page), file!);
      return (
        !existsSync(join(root, target)) || (heading !== undefined && !headingsOf(target).includes(heading))
      );
    });
    expect(broken).toEqual([]);
  });

  it('has lines of at most 110 columns, except in tables and in blocks', () => {
    const prose = read(page).replaceAll(/^```.*?^```$/gms, '');
    const lines = prose.split('\n').filter((line) => !line.startsWith('|'));
    expect(lines.filter((line) => line.length > 110)).toEqual([]);
  });

  it('shows only pictures that exist, and are small enough to load fast', () => {
    const pictures = Array.from(read(page).matchAll(/\bsrc(?:set)?="([^"]+)"/g), ([, file]) => file!);
    const bytes = pictures.map((file) => statSync(join(root, dirname(page), file)).size);
    expect(bytes.filter((size) => size > 150_000)).toEqual([]);
  });
});

describe.each(['README.md', 'llms.txt'])('the list of pages in %s', (page) => {
  it('calls each page by its title', () => {
    const entries = Array.from(
      read(page).matchAll(/^(?:\| |- )\[([^\]]+)\]\((docs\/[^)#]+)\)(?: \||:)/gm),
      ([, text, file]) => `${file}: ${text}`,
    );
    expect(entries).toHaveLength(DOCS.length);
    expect(entries.toSorted()).toEqual(DOCS.map((doc) => `${doc}: ${titleOf(doc)}`).toSorted());
  });
});

describe.each(['README.md', 'CHANGELOG.md', 'llms.txt', ...DOCS])('%s of the package', (page) => {
  it('links only to what the package holds', () => {
    const targets = linksOf(page).map((link) => join(dirname(page), link.split('#')[0]!));
    const isInside = /^(docs\/|(README\.md|CHANGELOG\.md|LICENSE|llms\.txt|\.|docs)$)/;
    expect(targets.filter((target) => !isInside.test(target))).toEqual([]);
  });
});

describe('README.md', () => {
  it('is a front page: it has fewer than 300 lines', () => {
    expect(read('README.md').split('\n').length).toBeLessThan(300);
  });

  it('says what it costs in the words of the page that is compared with the benchmark', () => {
    const [, cost = ''] = read('README.md').split('\n## Cost\n\n');
    expect(read('docs/cost.md').split('\n\n')[1]).toBe(cost.split('\n\n')[0]);
  });

  it('lists every page of the documentation', () => {
    const [, list = ''] = read('README.md').split('\n## All pages\n');
    expect(DOCS.filter((page) => !list.includes(`](${page}) |`))).toEqual([]);
  });
});

it('docs/troubleshooting.md leads from its table to each of its sections', () => {
  const [table = '', ...sections] = read('docs/troubleshooting.md').split('\n## ');
  const anchors = headingsOf('docs/troubleshooting.md').slice(1);
  expect(anchors).toHaveLength(sections.length);
  expect(anchors.filter((anchor) => !table.includes(`(#${anchor})`))).toEqual([]);
});

it.each(['pg', 'ioredis', 'redis', '@kubernetes/client-node'])(
  'docs/one-replica.md says which versions of %s work, as package.json does',
  (client) => {
    const { peerDependencies } = JSON.parse(read('package.json')) as {
      peerDependencies: Record<string, string>;
    };
    const versions = peerDependencies[client]!.split(' || ').map((range) =>
      range.replaceAll(/^\^|\.0.*$/g, ''),
    );
    const listed = new Intl.ListFormat('en-GB', { type: 'disjunction' }).format(versions);
    expect(read('docs/one-replica.md')).toContain(`\`${client}\` ${listed}`);
  },
);

it('docs/leader-election.md shows only lines that an election writes', () => {
  const table = read('docs/leader-election.md').split('## Lines in the log')[1]!;
  const rows = table.split('\n').filter((row) => row.startsWith('| `'));
  const shown = rows.flatMap((row) =>
    Array.from(row.split('|')[1]!.matchAll(/`([^`]+)`/g), ([, line]) => line!),
  );
  const sources = ['leader-elector', 'term', 'election-events', 'lease', 'lock-log'].map((file) =>
    read(`src/leader-election/${file}.ts`),
  );
  const words = (line: string): string => line.replace(/^<identity>|, after.*|….*$/g, '').trim();
  expect(shown.length).toBeGreaterThan(5);
  expect(shown.filter((line) => !sources.join('').includes(words(line)))).toEqual([]);
});

/** The links of a page, except those to other sites. */
function linksOf(page: string): string[] {
  const links = Array.from(read(page).matchAll(/\]\(([^)]+)\)/g), ([, link]) => link!);
  return links.filter((link) => !/^https?:/.test(link));
}

function titleOf(page: string): string {
  return /^# (.+)$/m.exec(read(page))![1]!;
}

function read(page: string): string {
  return readFileSync(join(root, page), 'utf8');
}

/** The anchors of a page's headings, as GitHub makes them. */
function headingsOf(page: string): string[] {
  return Array.from(read(page).matchAll(/^#+ (.+)$/gm), ([, heading]) =>
    heading!
      .toLowerCase()
      .replaceAll(/[^\w\s-]/g, '')
      .replaceAll(' ', '-'),
  );
}
