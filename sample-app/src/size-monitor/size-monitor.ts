import { lstat, opendir } from 'node:fs/promises';
import { join } from 'node:path';
import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
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

/** Measures paths, each in a loop of its own that starts and is cancelled at run time. */
@Injectable()
export class SizeMonitor implements OnApplicationBootstrap {
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

  /** Ends the endpoint's loop; tells whether there was one. */
  cancel(path: string): boolean {
    this.endpoints.get(path)?.cancel.abort();
    return this.endpoints.delete(path);
  }

  list(): ({ endpoint: string } & Partial<Size>)[] {
    return Array.from(this.endpoints, ([endpoint, { size }]) => ({ endpoint, ...size }));
  }
}

/** Bytes of a file, or of all files below a folder. What vanishes meanwhile, or may not be read, counts nothing. */
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
