import { reasonOf } from '../core/values/error-text.js';
import { formatElapsed } from '../core/time/duration.js';
import type { LeaderElectionSettings } from './leader-election-settings.js';
import { isLockConflict } from './lock-conflict.js';

const MINUTE = 60_000;

/**
 * Reports how the calls of one elector to its lock go. A failure is a warning, but there is at most one
 * warning a minute, which also counts the failures in a row. After a warning, one line says that the lock
 * works again. Everything else is reported at debug level.
 */
export class LockLog {
  private failures = 0;
  private failingSince = 0;
  private hasWarned = false;
  private warnedAt = -Infinity;

  constructor(private readonly settings: Pick<LeaderElectionSettings, 'clock' | 'logger' | 'name'>) {}

  succeeded(): void {
    const { clock, logger, name } = this.settings;
    const { failures, hasWarned } = this;
    this.failures = 0;
    this.hasWarned = false; // so that a logger that throws does not get the line again
    if (hasWarned) {
      const took = formatElapsed(clock.now() - this.failingSince);
      logger.log?.(`${name}: its lock works again, after ${timesFailed(failures)} in ${took}`);
    }
  }

  /**
   * @param isGivenUp - Whether the elector has given the call up, since it no longer needs the answer. That
   *   is no failure of the lock.
   */
  failed(error: unknown, isGivenUp: boolean): void {
    const { clock, logger, name } = this.settings;
    const text = `${name}: ${reasonOf(error)}`;
    if (isLockConflict(error)) {
      this.succeeded(); // the engine has answered
    }
    if (isLockConflict(error) || isGivenUp) {
      logger.debug?.(text);
      return;
    }
    const now = clock.now();
    if (this.failures === 0) {
      this.failingSince = now;
    }
    this.failures++;
    if (now - this.warnedAt < MINUTE) {
      logger.debug?.(text);
      return;
    }
    this.warnedAt = now;
    this.hasWarned = true;
    const count = ` (${timesFailed(this.failures)} in ${formatElapsed(now - this.failingSince)})`;
    logger.warn(this.failures === 1 ? text : text + count);
  }
}

const timesFailed = (failures: number): string => `${failures} failed call${failures === 1 ? '' : 's'}`;
