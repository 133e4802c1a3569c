import type { OwnPool } from './own-pool.js';
import { PoolSession } from './pool-session.js';

/** Runs each query on a connection of the lock's own pool, and ends that pool. */
export class OwnPoolSession extends PoolSession {
  constructor(private readonly own: OwnPool) {
    super(own);
  }

  override describe(): string {
    return this.own.describe();
  }

  override prepare(): Promise<void> {
    return this.own.prepare();
  }

  override async close(): Promise<void> {
    await Promise.all([super.close(), this.own.close()]);
  }
}
