import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';

const root = join(__dirname, '../..');
const readme = readFileSync(join(root, 'README.md'), 'utf8');

describe('the README', () => {
  it('has a row for every exported function and class that has a counterpart in Kubernetes', () => {
    const index = readFileSync(join(root, 'src/index.ts'), 'utf8');
    const values = [...index.matchAll(/^export \{([^}]+)\} from '\.\/core\//gms)]
      .flatMap(([, names]) => (names ?? '').split(','))
      .map((name) => name.trim())
      .filter((name) => name !== '' && name !== 'WaitError');
    const parity = readme.slice(readme.indexOf('## Kubernetes parity'));
    const missing = values.filter((name) => !new RegExp(`\`(new )?${name}\\b`).test(parity));
    expect(missing).toEqual([]);
  });

  it('names only tests that exist, in the parity table', () => {
    const rows = readme
      .slice(readme.indexOf('## Kubernetes parity'))
      .split('\n')
      .filter((line) => line.startsWith('| '));
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

  it('links only to files and headings that exist', () => {
    const headings = Array.from(
      readme.matchAll(/^#+ (.+)$/gm),
      ([, heading]) =>
        `#${heading!
          .toLowerCase()
          .replaceAll(/[^\w\s-]/g, '')
          .replaceAll(' ', '-')}`,
    );
    const links = Array.from(readme.matchAll(/\]\(([^)]+)\)/g), ([, link]) => link!);
    const broken = links.filter((link) =>
      link.startsWith('#') ? !headings.includes(link) : !existsSync(join(root, link)),
    );
    expect(links).not.toEqual([]);
    expect(broken).toEqual([]);
  });
});
