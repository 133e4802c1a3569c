import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable, type OnModuleDestroy } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';

/** Its module takes its time to close, as those of many databases do. */
@Injectable()
export class Cleanup implements OnModuleDestroy {
  private isOpen = true;

  @Interval(10)
  clean(): void {
    console.log(`interval, ${this.isOpen ? 'open' : 'closed'}`);
  }

  async onModuleDestroy(): Promise<void> {
    this.isOpen = false;
    await sleep(200);
  }
}
