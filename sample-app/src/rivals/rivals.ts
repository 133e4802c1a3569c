import { Injectable, Logger, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { BackoffUntilService } from 'nestjs-wait';
import { InMemoryLease } from './in-memory-lease.js';

const LEASE_DURATION = 15_000;
const RETRY_PERIOD = 2000;
const JITTER_FACTOR = 1.2;

/**
 * Shows the loops that client-go's leader election is made of: two rivals in this process compete for one
 * lease in memory. Each tries to acquire it with jitter, so that the two do not ask at the same moment. The
 * one that has it renews it. The election of the module, which a `leaderOnly` loop uses, is another one.
 */
@Injectable()
export class Rivals implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly logger = new Logger(Rivals.name);
  private readonly lease = new InMemoryLease();
  private readonly names = ['alpha', 'beta'];

  constructor(private readonly loops: BackoffUntilService) {}

  get holder(): string | undefined {
    return this.lease.holder;
  }

  onApplicationBootstrap(): void {
    for (const name of this.names) {
      this.acquire(name);
    }
  }

  private acquire(name: string): void {
    const acquired = new AbortController();
    const tryAcquire = (): void => {
      if (this.lease.tryAcquireOrRenew(name, LEASE_DURATION)) {
        this.logger.log(`${name} has taken the lease in memory, and renews it`);
        acquired.abort();
        this.renew(name);
      }
    };
    this.loops.jitterUntilWithContext(acquired.signal, tryAcquire, {
      name: `Rivals: ${name} acquires`,
      period: RETRY_PERIOD,
      jitter: JITTER_FACTOR,
    });
  }

  private renew(name: string): void {
    const lost = new AbortController();
    const tryRenew = (): void => {
      if (!this.lease.tryAcquireOrRenew(name, LEASE_DURATION)) {
        this.logger.warn(`${name} has lost the lease in memory`);
        lost.abort();
        this.acquire(name);
      }
    };
    this.loops.untilWithContext(lost.signal, tryRenew, {
      name: `Rivals: ${name} renews`,
      period: RETRY_PERIOD,
    });
  }

  onModuleDestroy(): void {
    const { holder } = this;
    if (holder !== undefined) {
      this.lease.release(holder);
      this.logger.log(`${holder} has given up the lease in memory`);
    }
  }
}
