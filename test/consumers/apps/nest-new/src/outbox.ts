import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable, Logger } from '@nestjs/common';
import { Until } from 'nestjs-wait';
import { Database } from './database.js';

@Injectable()
export class Outbox {
  runs = 0;
  private readonly logger = new Logger('Outbox');

  constructor(private readonly database: Database) {}

  /** The third run lasts until the application is told to stop, and then has something to finish. */
  @Until('20ms')
  async flush(signal: AbortSignal): Promise<void> {
    const run = ++this.runs;
    this.logger.log(`run ${run} begins`);
    if (run === 3) {
      await sleep(60_000, undefined, { signal }).catch(() => undefined);
      this.logger.log(`run ${run} is told to stop`);
      await sleep(100);
    }
    this.database.insert(`run ${run}`);
    this.logger.log(`run ${run} ends`);
  }
}
