import { copyFile, mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Injectable, Logger } from '@nestjs/common';
import { Until, waitForCacheSync } from 'nestjs-wait';
import { readManifest, type Manifest } from '../manifests/manifest.js';
import { writeFileAtomically } from '../manifests/write-file-atomically.js';
import { ResourceStore } from '../reflector/resource-store.js';
import { Settings } from '../settings.js';
import { WorkQueue } from './work-queue.js';

/**
 * Finishes manifests that carry a `metadata.deletionTimestamp`: runs their finalizers one by one, and then
 * deletes the file.
 */
@Injectable()
export class Finalizer {
  private readonly logger = new Logger(Finalizer.name);
  private readonly queue = new WorkQueue();
  /** What was logged about each key that fails, so that it is logged once and not at every try. */
  private readonly complaints = new Map<string, string>();

  private readonly finalizers: Readonly<Record<string, (key: string) => Promise<void>>> = {
    archive: async (key) => {
      const folder = join(this.settings.stateDir, 'archive');
      await mkdir(folder, { recursive: true });
      await copyFile(join(this.settings.resourcesDir, key), join(folder, key));
    },
    notify: async (key) => this.logger.log(`${key}: somebody would be told now`),
  };

  constructor(
    private readonly settings: Settings,
    private readonly store: ResourceStore,
  ) {
    store.onChange((key) => this.queue.add(key));
  }

  @Until({ period: '1s', workers: 2 })
  async work(signal: AbortSignal): Promise<void> {
    if (!(await waitForCacheSync(signal, () => this.store.hasSynced()))) {
      return; // the loop was told to stop before there was any work
    }
    const failed: string[] = [];
    for (let key = this.queue.take(); key !== undefined && !signal.aborted; key = this.queue.take()) {
      try {
        await this.finish(key);
        this.complaints.delete(key);
      } catch (error) {
        failed.push(key);
        this.complain(key, (error as Error).message);
      } finally {
        this.queue.done(key);
      }
    }
    for (const key of failed) {
      this.queue.add(key); // for the next run, not for this one
    }
  }

  private complain(key: string, message: string): void {
    if (this.complaints.get(key) !== message) {
      this.complaints.set(key, message);
      this.logger.error(`${key} is tried again and again: ${message}`);
    }
  }

  private async finish(key: string): Promise<void> {
    if (this.store.get(key)?.metadata.deletionTimestamp === undefined) {
      return;
    }
    // The cache lags behind the finalizers' own writes. Whoever trusts it would write a file again that is
    // already deleted.
    const file = join(this.settings.resourcesDir, key);
    let manifest = await readManifest(file).catch(unlessGone);
    if (manifest?.metadata.deletionTimestamp === undefined) {
      return;
    }
    for (const name of manifest.metadata.finalizers ?? []) {
      const finalizer = this.finalizers[name];
      if (finalizer === undefined) {
        throw new Error(`there is no finalizer '${name}', only ${Object.keys(this.finalizers).join(', ')}`);
      }
      await finalizer(key);
      // It is removed as soon as it is done, so that it does not run twice when the next one fails.
      manifest = withoutFinalizer(manifest, name);
      await writeFileAtomically(file, `${JSON.stringify(manifest, null, 2)}\n`);
    }
    await rm(file, { force: true });
    this.logger.log(`${key} is finalized and deleted`);
  }
}

function unlessGone(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') {
    throw error;
  }
}

function withoutFinalizer(manifest: Manifest, name: string): Manifest {
  const finalizers = (manifest.metadata.finalizers ?? []).filter((other) => other !== name);
  return { ...manifest, metadata: { ...manifest.metadata, finalizers } };
}
