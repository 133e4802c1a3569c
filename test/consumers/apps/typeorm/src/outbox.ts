import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { Until } from 'nestjs-wait';
import { Repository } from 'typeorm';
import { Sent } from './sent.entity.js';

@Injectable()
export class Outbox {
  runs = 0;

  constructor(@InjectRepository(Sent) private readonly sent: Repository<Sent>) {}

  /** The third run lasts until the application is told to stop, and then has something to finish. */
  @Until('20ms')
  async flush(signal: AbortSignal): Promise<void> {
    const run = ++this.runs;
    console.log(`run ${run} begins`);
    if (run === 3) {
      await sleep(60_000, undefined, { signal }).catch(() => undefined);
      console.log(`run ${run} is told to stop`);
      await sleep(100);
    }
    await this.sent.insert({ run });
    console.log(`run ${run} ends`);
  }
}
