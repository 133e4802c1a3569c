import { join } from 'node:path';
import { build } from 'esbuild';

const folder = join(__dirname, '..');

/**
 * Compiles the program of a process. Its packages are loaded at run time, and `nestjs-wait` is the built
 * library, as its `package.json` exports it.
 *
 * @param program - A path below this test's folder, without its ending.
 * @returns The path of the compiled file.
 */
export async function bundle(program: string): Promise<string> {
  const outfile = join(folder, 'dist', `${program}.mjs`);
  await build({
    entryPoints: [join(folder, `${program}.ts`)],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    sourcemap: 'inline',
    packages: 'external',
    // Without the paths of the root, which lead to the sources of the library.
    tsconfigRaw: { compilerOptions: { experimentalDecorators: true } },
  });
  return outfile;
}
