/**
 * Keeps the keys that wait for work, as client-go's workqueue does. A key that is added twice is worked on
 * once, and no two workers have the same key. A key that is added while it is worked on comes again
 * afterwards.
 */
export class WorkQueue {
  private readonly waiting = new Set<string>();
  private readonly processing = new Set<string>();

  add(key: string): void {
    this.waiting.add(key);
  }

  take(): string | undefined {
    for (const key of this.waiting) {
      if (!this.processing.has(key)) {
        this.waiting.delete(key);
        this.processing.add(key);
        return key;
      }
    }
    return undefined;
  }

  done(key: string): void {
    this.processing.delete(key);
  }
}
