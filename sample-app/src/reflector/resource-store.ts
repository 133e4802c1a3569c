import { Injectable, Logger, type OnModuleDestroy } from '@nestjs/common';
import type { Manifest } from '../manifests/manifest.js';

/** Keeps what the reflector has seen, by file name. It is the cache that everyone else reads. */
@Injectable()
export class ResourceStore implements OnModuleDestroy {
  private readonly logger = new Logger(ResourceStore.name);
  private readonly manifests = new Map<string, Manifest>();
  private readonly listeners: ((key: string) => void)[] = [];
  private synced = false;

  /** Whether everything has been listed once. Code that acts on what is *not* there must wait for this. */
  hasSynced(): boolean {
    return this.synced;
  }

  markSynced(): void {
    this.synced = true;
  }

  /** Calls back with the key of everything that is added or changed from now on. */
  onChange(listener: (key: string) => void): void {
    this.listeners.push(listener);
  }

  keys(): string[] {
    return [...this.manifests.keys()];
  }

  get(key: string): Manifest | undefined {
    return this.manifests.get(key);
  }

  list(): Manifest[] {
    return [...this.manifests.values()];
  }

  set(key: string, manifest: Manifest): void {
    this.manifests.set(key, manifest);
    for (const listener of this.listeners) {
      listener(key);
    }
  }

  delete(key: string): void {
    this.manifests.delete(key);
  }

  onModuleDestroy(): void {
    this.logger.log(`Closed with ${this.manifests.size} resources`);
  }
}
