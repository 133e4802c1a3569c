import { Injectable } from '@nestjs/common';
import { BackoffUntilService, JitterUntil, NonSlidingUntil, Until } from 'nestjs-wait';
import { FakeClock } from 'nestjs-wait/testing';
import { WAIT_CLOCK } from 'nestjs-wait';
import { Inject } from '@nestjs/common';

/** Loops of every kind and in every state, for metrics. Each run takes a known time. */
@Injectable()
export class MeteredLoops {
  constructor(
    @Inject(WAIT_CLOCK) private readonly clock: FakeClock,
    private readonly service: BackoffUntilService,
  ) {}

  /** Succeeds at 2, 14, 26, … s. */
  @Until('10s')
  steady(): Promise<void> {
    return this.clock.sleep(2000);
  }

  /** Fails at 0, 20, 40, … s. */
  @NonSlidingUntil('20s')
  failing(): void {
    throw Object.assign(new TypeError('boom'), { code: 'E_BOOM' });
  }

  /** Gives up at its timeout, at 5, 35, … s. */
  @Until({ period: '30s', timeout: '5s' })
  slow(signal: AbortSignal): Promise<void> {
    return new Promise((_resolve, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason as Error));
    });
  }

  /** Never ends its first run. */
  @Until({ period: '1m', hungAfter: '30s' })
  stuck(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => signal.addEventListener('abort', () => resolve()));
  }

  /** Two workers, each of which succeeds at 0, 15, 30, … s. */
  @JitterUntil({ period: '10s', jitter: 1, workers: 2 })
  pool(): void {}

  @Until({ period: '1m', enabled: false })
  disabled(): void {}

  @Until({ period: '1m', leaderOnly: true })
  leading(): void {}

  /** Starts loops at run time. One of them ends at 25 s, and has run at 0, 10 and 20 s then. */
  startMore(): void {
    this.service.until(() => undefined, { name: 'tenant-1', period: '10s' });
    this.service.until(() => undefined, { name: 'tenant-2', period: '10s', metricsName: 'tenants' });
    const ending = this.service.until(() => undefined, { name: 'import', period: '10s' });
    void this.clock.sleep(25_000).then(() => ending.stop());
  }
}
