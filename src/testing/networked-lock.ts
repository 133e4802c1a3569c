import { InMemoryLock, type InMemoryLockOptions } from '../leader-election/in-memory-lock.js';
import type { Network } from './network.js';

/** Keeps the lease in memory, where each call has to go through a network. */
export class NetworkedLock extends InMemoryLock {
  /** @param minLeaseDuration - Milliseconds: that of the engine that this lock stands for. */
  constructor(
    options: InMemoryLockOptions,
    private readonly network: Network,
    readonly minLeaseDuration = 0,
  ) {
    super(options);
  }

  protected override async ask<T>(signal: AbortSignal, request: () => T): Promise<T> {
    signal.throwIfAborted();
    const reply = await this.network.request(signal, request);
    signal.throwIfAborted(); // a call that was given up changes nothing, not even at the last moment
    return reply;
  }
}
