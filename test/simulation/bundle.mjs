import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('../..', import.meta.url));

/**
 * Loads the simulation outside of jest, where it runs faster.
 *
 * @param {{ file: string, from: string, to: string }[]} edits - What to replace in the source before. Each
 *   text must stand exactly once in its file.
 * @returns {Promise<typeof import('./batch.js')>}
 */
export async function loadSimulation(edits = []) {
  // Below the root, so that packages are found.
  const folder = await mkdtemp(join(root, 'node_modules', '.simulation-'));
  try {
    const outfile = join(folder, 'simulation.mjs');
    await build({
      entryPoints: [join(root, 'test/simulation/batch.ts')],
      outfile,
      bundle: true,
      platform: 'node',
      format: 'esm',
      target: 'node20',
      packages: 'external',
      alias: {
        'nestjs-wait/leader-election': join(root, 'src/leader-election/index.ts'),
        'nestjs-wait/testing': join(root, 'src/testing/index.ts'),
      },
      plugins: [editing(edits)],
    });
    return await import(pathToFileURL(outfile).href);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function editing(edits) {
  return {
    name: 'editing',
    setup({ onLoad }) {
      onLoad({ filter: /\.ts$/ }, async ({ path }) => {
        const ofFile = edits.filter(({ file }) => join(root, file) === path);
        if (ofFile.length === 0) {
          return undefined;
        }
        const source = await readFile(path, 'utf8');
        return { contents: ofFile.reduce(replaceOnce, source), loader: 'ts' };
      });
    },
  };
}

function replaceOnce(source, { file, from, to }) {
  const [before, after, ...more] = source.split(from);
  if (after === undefined || more.length > 0) {
    throw new Error(`${file} must contain this exactly once: ${from}`);
  }
  return before + to + after;
}
