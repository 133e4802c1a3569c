import { Inject, Injectable, Optional } from '@nestjs/common';
import { show } from '../core/values/show.js';
import { WAIT_LOG_WRITER, WAIT_LOOP_OVERVIEW } from '../nest/declare/wait.options.js';
import type { LogWriter } from '../nest/log/log-writer.js';
import type { LoopOverview } from '../nest/observe/loop-overview.js';

const MINUTE = 60_000;

/** Why an action is refused: whoever sent it may only look, or it does not come from the page. */
type Reason = 'reader' | 'foreign';

/** Logs what is refused, at most one a minute for each reason, since anybody can send thousands of them. */
@Injectable()
export class RefusalLog {
  private readonly loggedAt = { reader: -Infinity, foreign: -Infinity, access: -Infinity };

  constructor(
    @Optional() @Inject(WAIT_LOG_WRITER) private readonly log?: LogWriter,
    @Optional() @Inject(WAIT_LOOP_OVERVIEW) private readonly overview?: LoopOverview,
  ) {}

  /** Logs a refused action. */
  add(reason: Reason, who: string, message: string): void {
    this.warn(reason, `The page refused an action of ${show(who)}: ${message}`);
  }

  /** Logs a request that is refused since the access function has returned what it must not. */
  addAccess(access: unknown): void {
    this.warn(
      'access',
      `WaitPageModule: access returned ${show(access)}, so the request is refused. It must return 'all', 'read' or false.`,
    );
  }

  private warn(reason: Reason | 'access', text: string): void {
    const now = this.overview?.now ?? 0;
    if (now - this.loggedAt[reason] >= MINUTE) {
      this.loggedAt[reason] = now;
      this.log?.warn(text);
    }
  }
}
