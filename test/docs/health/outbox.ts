// What the module of docs/health.md imports.
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
