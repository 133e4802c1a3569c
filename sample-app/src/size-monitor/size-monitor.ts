import { lstat, opendir } from 'node:fs/promises';
import { join } from 'node:path';
import { Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import { BackoffUntilService } from 'nestjs-wait';
import { Settings } from '../settings.js';

interface Size {
  readonly bytes: number;
  readonly measuredAt: Date;
}

interface Endpoint {
  readonly cancel: AbortController;
  size?: Size;
}

/** Measures paths. Each path has its own loop, which is started and cancelled at run time. */
@Injectable()
export class SizeMonitor implements OnApplicationBootstrap {
  private readonly logger = new Logger(SizeMonitor.name);
  private readonly endpoints = new Map<string, Endpoint>();

  constructor(
    private readonly settings: Settings,
    private readonly loops: BackoffUntilService,
  ) {}

  onApplicationBootstrap(): void {
    for (const path of new Set(this.settings.sizeEndpoints)) {
      this.add(path);
    }
  }

  add(path: string): void {
    const endpoint: Endpoint = { cancel: new AbortController() };
    this.endpoints.set(path, endpoint);
    this.loops.jitterUntilWithContext(
      endpoint.cancel.signal,
      async (signal) => {
        endpoint.size = { bytes: await sizeOf(path, signal), measuredAt: new Date() };
      },
      { name: `size of ${path}`, period: '5s', jitter: 0.5 },
    );
  }

  /** Ends the endpoint's loop; returns whether there was one. */
  cancel(path: string): boolean {
    const endpoint = this.endpoints.get(path);
    if (endpoint === undefined) {
      return false;
    }
    endpoint.cancel.abort();
    this.endpoints.delete(path);
    this.logger.log(`${path} is no longer measured`);
    return true;
  }

  list(): ({ endpoint: string } & Partial<Size>)[] {
    return Array.from(this.endpoints, ([endpoint, { size }]) => ({ endpoint, ...size }));
  }
}

/**
 * Returns the bytes of a file, or of all files below a folder. A file that vanishes meanwhile, or that may
 * not be read, counts as zero.
 */
async function sizeOf(path: string, signal: AbortSignal): Promise<number> {
  signal.throwIfAborted();
  try {
    const stats = await lstat(path);
    if (!stats.isDirectory()) {
      return stats.size;
    }
    let size = 0;
    for await (const entry of await opendir(path)) {
      size += await sizeOf(join(path, entry.name), signal);
    }
    return size;
  } catch (error) {
    if (['ENOENT', 'EACCES', 'EPERM'].includes((error as NodeJS.ErrnoException).code ?? '')) {
      return 0;
    }
    throw error;
  }
}
