// Compares the size of the package with what docs/cost.md says. The page is rounded and has 10 % of room, so that
// it does not change with each commit.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './project.js';

const STATED = /has ([\d.]+) MB packed and ([\d.]+) MB unpacked, of which ([\d.]+) MB are source maps/;

/** Throws when the package has another size than the page says. */
export function checkSize({ size, unpackedSize, entryCount, files }) {
  const maps = files.filter(({ path }) => path.endsWith('.map'));
  const bytes = [size, unpackedSize, maps.reduce((sum, map) => sum + map.size, 0)];
  const [packed, unpacked, sourceMaps] = bytes.map((count) => `${(count / 1e6).toFixed(1)} MB`);
  const sentence = `has ${packed} packed and ${unpacked} unpacked, of which ${sourceMaps} are source maps`;

  const page = readFileSync(join(root, 'docs/cost.md'), 'utf8').replaceAll(/\s+/g, ' ');
  const stated = STATED.exec(page)?.slice(1) ?? [];
  const isClose = stated.map(
    (megabytes, index) => Math.abs(megabytes * 1e6 - bytes[index]) <= bytes[index] / 10,
  );
  if (isClose.length === 0 || isClose.includes(false)) {
    throw new Error(`docs/cost.md does not say this within 10 %: the package ${sentence}`);
  }
  console.log(`the package ${sentence}, in ${entryCount} files`);
}
