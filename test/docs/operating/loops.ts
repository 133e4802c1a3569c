// What the examples of docs/steering.md import: the loops of an application.
import { Injectable } from '@nestjs/common';
import { Until } from 'nestjs-wait';

/** What a loop does in each of its runs, by its name. The script that boots the loops decides on it. */
export const work = new Map<string, () => unknown>();

@Injectable()
export class Outbox {
  @Until('5s')
  flush(): unknown {
    return work.get('Outbox.flush')?.();
  }
}

@Injectable()
export class Report {
  @Until('1h')
  write(): unknown {
    return work.get('Report.write')?.();
  }
}

@Injectable()
export class Mails {
  @Until({ period: '10s', workers: 2 })
  send(): void {}
}

@Injectable()
export class Metrics {
  @Until('15s')
  send(): void {}
}

@Injectable()
export class Invoices {
  @Until({ period: '1m', leaderOnly: true })
  send(): void {}
}
