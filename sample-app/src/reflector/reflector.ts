import { on } from 'node:events';
import { watch } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Injectable, Logger } from '@nestjs/common';
import { BackoffUntil } from 'nestjs-wait';
import { readManifest } from '../manifests/manifest.js';
import { Settings } from '../settings.js';
import { ResourceStore } from './resource-store.js';

/**
 * Lists and watches, as client-go's reflector does, and with the same backoff. A run lasts as long as the
 * watch holds. The waits therefore grow only while watches break at once. They start over after a watch that
 * has held for two minutes.
 */
@Injectable()
export class Reflector {
  private readonly logger = new Logger(Reflector.name);
  /**
   * Modification time and size of each file when it was last read, so that a broken file is reported once and
   * not at every event.
   */
  private versions = new Map<string, string>();

  constructor(
    private readonly settings: Settings,
    private readonly store: ResourceStore,
  ) {}

  @BackoffUntil({
    initial: '800ms',
    max: '30s',
    reset: '2m',
    factor: 2,
    jitter: 1,
    sliding: true,
    hungAfter: false, // a watch lasts for days
  })
  async listAndWatch(signal: AbortSignal): Promise<void> {
    try {
      await this.listAndWatchFolder(signal);
    } catch (error) {
      this.handleWatchError(error as NodeJS.ErrnoException);
    }
  }

  private async listAndWatchFolder(signal: AbortSignal): Promise<void> {
    const { resourcesDir } = this.settings;
    const { ino } = await stat(resourcesDir);
    const watcher = watch(resourcesDir);
    try {
      // The watch begins before the list, so that no change is missed between the two.
      const events = on(watcher, 'change', { signal });
      await this.list();
      this.store.markSynced();
      for await (const [, file] of events as AsyncIterable<[event: string, file: string | null]>) {
        this.logger.verbose(`${file ?? 'Something'} has changed`);
        await this.list();
        if ((await stat(resourcesDir)).ino !== ino) {
          throw Object.assign(new Error(`${resourcesDir} is another folder now`), { code: 'ESTALE' });
        }
      }
    } finally {
      watcher.close();
    }
  }

  /**
   * Treats errors by kind. An error that an operator can fix gets one line, and a retry. An unexpected error
   * goes to the loop's own log, with its stack.
   */
  private handleWatchError(error: NodeJS.ErrnoException): void {
    switch (error.code) {
      case 'ENOENT':
      case 'ESTALE':
        this.logger.warn(`The folder of the resources is not there, or is another one now: ${error.message}`);
        return;
      case 'EACCES':
      case 'EPERM':
      case 'ENOTDIR':
        this.logger.error(`Cannot read the resources: ${error.message}`);
        return;
      default:
        throw error;
    }
  }

  private async list(): Promise<void> {
    const entries = await readdir(this.settings.resourcesDir, { withFileTypes: true });
    // Only files are read, because a symbolic link could lead anywhere. A dot marks the drafts of editors
    // and of this application.
    const files = entries.filter((entry) => entry.isFile() && /^[^.].*\.json$/.test(entry.name));
    const names = new Set(files.map(({ name }) => name));
    for (const key of this.store.keys().filter((name) => !names.has(name))) {
      this.store.delete(key);
    }
    this.versions = new Map([...this.versions].filter(([name]) => names.has(name)));
    await Promise.all([...names].map((name) => this.read(name)));
  }

  private async read(name: string): Promise<void> {
    const file = join(this.settings.resourcesDir, name);
    try {
      const { mtimeMs, size } = await stat(file);
      const version = `${mtimeMs} ${size}`;
      if (this.versions.get(name) !== version) {
        this.versions.set(name, version);
        this.store.set(name, await readManifest(file));
      }
    } catch (error) {
      this.store.delete(name);
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') {
        this.logger.warn(`${name} is left out, it is no manifest: ${(error as Error).message}`);
      }
    }
  }
}
