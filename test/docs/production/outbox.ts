// What the application on the page imports: a loop whose runs take a while and do not look at their signal, or
// fail.
import { Injectable } from '@nestjs/common';
import { Until } from 'nestjs-wait';

@Injectable()
export class Outbox {
  @Until('5s')
  async flush(): Promise<void> {
    if (process.env['IS_BROKEN']) {
      throw new Error('connect ECONNREFUSED 127.0.0.1:5432');
    }
    console.log('flushing');
    await new Promise((resolve) => {
      setTimeout(resolve, Number(process.env['RUN_TIME'] ?? 2000));
    });
  }
}
