import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const root = join(__dirname, '../..');

/** The library as JavaScript, for tests that start plain Node processes. */
export class Build {
  readonly folder = mkdtempSync(join(tmpdir(), 'nestjs-wait-build-'));

  constructor() {
    const flags = ['-p', 'src/tsconfig.json', '--outDir', this.folder, '--declaration', 'false'];
    const tsc = join(root, 'node_modules/typescript/bin/tsc');
    const { status, stdout } = spawnSync(process.execPath, [tsc, ...flags], {
      cwd: root,
      encoding: 'utf8',
      timeout: 300_000,
    });
    if (status !== 0) {
      this.remove();
      throw new Error(`The library does not compile.\n${stdout}`);
    }
    writeFileSync(join(this.folder, 'package.json'), '{"type":"module"}');
    symlinkSync(join(root, 'node_modules'), join(this.folder, 'node_modules'));
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
