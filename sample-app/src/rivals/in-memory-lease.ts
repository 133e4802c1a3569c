/** Keeps in memory who holds the lease, and until when, so only rivals of one process can compete for it. */
export class InMemoryLease {
  private lastHolder: string | undefined;
  private expires = 0;

  get holder(): string | undefined {
    return performance.now() < this.expires ? this.lastHolder : undefined;
  }

  /** Returns whether the rival holds the lease now. */
  tryAcquireOrRenew(rival: string, duration: number): boolean {
    if (this.holder !== undefined && this.holder !== rival) {
      return false;
    }
    this.lastHolder = rival;
    this.expires = performance.now() + duration;
    return true;
  }

  release(rival: string): void {
    if (this.lastHolder === rival) {
      this.expires = 0;
    }
  }
}
