import { mkdir, writeFile } from 'node:fs/promises';

const FOLDER = new URL('../', import.meta.url);

/**
 * Writes the results where the repository keeps them.
 *
 * @param {string} markdown
 * @param {Record<string, string>} charts - SVG by file name.
 */
export async function save(markdown, charts) {
  await writeFile(new URL('RESULTS.md', FOLDER), markdown);
  await mkdir(new URL('charts/', FOLDER), { recursive: true });
  for (const [file, svg] of Object.entries(charts)) {
    await writeFile(new URL(`charts/${file}`, FOLDER), svg);
  }
}
