// What the modules of docs/health.md and docs/metrics-and-alerts.md import.
import { Injectable } from '@nestjs/common';
import { Until } from 'nestjs-wait';

@Injectable()
export class Outbox {
  /** What its runs do. */
  publish = async (): Promise<void> => {};

  @Until('5s')
  flush(): Promise<void> {
    return this.publish();
  }
}
