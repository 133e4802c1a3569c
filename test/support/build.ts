import { cpSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compiledLibrary } from './compiled-library.js';

const root = join(__dirname, '../..');

/** The library as JavaScript, for tests that start plain Node processes. */
export class Build {
  readonly folder = mkdtempSync(join(tmpdir(), 'nestjs-wait-build-'));

  constructor() {
    try {
      cpSync(compiledLibrary('module'), this.folder, { recursive: true });
      writeFileSync(join(this.folder, 'package.json'), '{"type":"module"}');
      symlinkSync(join(root, 'node_modules'), join(this.folder, 'node_modules'));
    } catch (error) {
      this.remove();
      throw error;
    }
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
