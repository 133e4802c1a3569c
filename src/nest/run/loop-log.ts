import { inspect } from 'node:util';
import type { LoggerService } from '@nestjs/common';
import { isAbortByStop, type CrashContext } from '../../core/loop/crash.js';
import { formatDuration } from '../../core/time/duration.js';
import type { LoopSpec } from '../declare/resolve-loop.js';
import type { ManagedLoop } from './managed-loop.js';
import { LOG_CONTEXT } from '../declare/wait.options.js';

/** Writes what the application's log says of its loops. */
export class LoopLog {
  constructor(private readonly logger: LoggerService) {}

  /** Tells of a decorated loop, at bootstrap. */
  found(spec: LoopSpec, isOn: boolean): void {
    this.logger.log(announcement(spec, isOn), LOG_CONTEXT);
  }

  /** Tells of a loop that is started at run time. */
  launched(spec: LoopSpec, isOn: boolean): void {
    this.logger.debug?.(announcement(spec, isOn), LOG_CONTEXT);
  }

  crashed(error: unknown, context: CrashContext): void {
    if (!isAbortByStop(error, context)) {
      this.logger.error(`run ${context.run} failed: ${messageOf(error)}`, inspect(error), context.name);
    }
  }

  /** @param running - The loops that have not ended in time. */
  drained(count: number, running: ReadonlySet<ManagedLoop>, took: number): void {
    const time = formatDuration(Math.round(took));
    if (running.size === 0) {
      this.logger.log(`Stopped ${count} ${count === 1 ? 'loop' : 'loops'} in ${time}.`, LOG_CONTEXT);
      return;
    }
    const names = Array.from(running, ({ name, runs }) => `${name} (run ${runs})`).join(', ');
    this.logger.error(
      `Stopped ${count - running.size} of ${count} loops in ${time}. Still running: ${names}. Shutdown goes on without them. ` +
        `A run that never ends may be awaiting app.close(), which waits for that run; otherwise let it end when its AbortSignal aborts, or raise shutdownTimeout.`,
      undefined,
      LOG_CONTEXT,
    );
  }
}

function announcement({ name, kind, schedule, workers, leaderOnly }: LoopSpec, isOn: boolean): string {
  const times = workers > 1 ? `, ${workers} workers` : '';
  const where = leaderOnly === undefined ? '' : `, only on the leader of '${leaderOnly}'`;
  return isOn ? `${name}: ${kind}, ${schedule.describe()}${times}${where}` : `${name}: disabled`;
}

// Not by instanceof: an error of another realm, such as Node's own errors under jest, is no Error of this
// realm.
function messageOf(error: unknown): string {
  const { message } = error as Partial<Error>;
  return typeof message === 'string' ? message : inspect(error);
}
