/** Keeps in memory who leads, and until when, so only the candidates of one process can compete for it. */
export class InMemoryLease {
  private holder: string | undefined;
  private expires = 0;

  get leader(): string | undefined {
    return performance.now() < this.expires ? this.holder : undefined;
  }

  /** Returns whether the candidate holds the lease now. */
  tryAcquireOrRenew(candidate: string, duration: number): boolean {
    if (this.leader !== undefined && this.leader !== candidate) {
      return false;
    }
    this.holder = candidate;
    this.expires = performance.now() + duration;
    return true;
  }

  release(candidate: string): void {
    if (this.holder === candidate) {
      this.expires = 0;
    }
  }
}
