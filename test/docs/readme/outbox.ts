import { JitterUntil } from 'nestjs-wait';

/** What the README's example of a test imports. */
export class Outbox {
  flushes = 0;

  @JitterUntil({ period: 5000, jitter: 1 })
  flush(): void {
    this.flushes++;
  }
}
