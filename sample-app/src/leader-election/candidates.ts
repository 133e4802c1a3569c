import { Injectable, Logger, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { BackoffUntilService } from 'nestjs-wait';
import { InMemoryLease } from './in-memory-lease.js';

const LEASE_DURATION = 15_000;
const RETRY_PERIOD = 2000;
const JITTER_FACTOR = 1.2;

/**
 * Runs two candidates for one lease. Each acquires it as client-go does: with jitter, so that they do not ask
 * at the same moment.
 */
@Injectable()
export class Candidates implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly logger = new Logger(Candidates.name);
  private readonly lease = new InMemoryLease();
  private readonly names = ['alpha', 'beta'];

  constructor(private readonly loops: BackoffUntilService) {}

  get leader(): string | undefined {
    return this.lease.leader;
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
        this.logger.log(`${name} leads`);
        acquired.abort();
        this.renew(name);
      }
    };
    this.loops.jitterUntilWithContext(acquired.signal, tryAcquire, {
      name: `acquire ${name}`,
      period: RETRY_PERIOD,
      jitter: JITTER_FACTOR,
    });
  }

  private renew(name: string): void {
    const lost = new AbortController();
    const tryRenew = (): void => {
      if (!this.lease.tryAcquireOrRenew(name, LEASE_DURATION)) {
        this.logger.warn(`${name} has lost the lease`);
        lost.abort();
        this.acquire(name);
      }
    };
    this.loops.untilWithContext(lost.signal, tryRenew, { name: `renew ${name}`, period: RETRY_PERIOD });
  }

  onModuleDestroy(): void {
    for (const name of this.names) {
      this.lease.release(name);
    }
    this.logger.log('The lease is released');
  }
}
