import { reasonOf } from '../core/values/error-text.js';
import { formatElapsed } from '../core/time/duration.js';
import type { LeaderElectionSettings } from './leader-election-settings.js';
import { isLockConflict } from './lock-conflict.js';

const MINUTE = 60_000;

/**
 * Reports how the calls of one elector to its lock go. The first failure in a row is a warning. While the
 * lock goes on failing, one warning a minute counts the failures and says the latest reason. One line says
 * that it works again. Everything else is reported at debug level.
 */
export class LockLog {
  private failures = 0;
  private failingSince = 0;
  private warnedAt = 0;

  constructor(private readonly settings: Pick<LeaderElectionSettings, 'clock' | 'logger' | 'name'>) {}

  succeeded(): void {
    const { clock, logger, name } = this.settings;
    if (this.failures > 0) {
      const took = formatElapsed(clock.now() - this.failingSince);
      logger.log?.(`${name}: its lock works again, after ${timesFailed(this.failures)} in ${took}`);
    }
    this.failures = 0;
  }

  failed(error: unknown): void {
    const { clock, logger, name } = this.settings;
    const text = `${name}: ${reasonOf(error)}`;
    if (isLockConflict(error)) {
      this.succeeded(); // the engine has answered
    }
    if (isLockConflict(error) || isGivenUp(error)) {
      logger.debug?.(text);
      return;
    }
    const now = clock.now();
    this.failures++;
    if (this.failures === 1) {
      this.failingSince = this.warnedAt = now;
      logger.warn(text);
    } else if (now - this.warnedAt >= MINUTE) {
      this.warnedAt = now;
      logger.warn(`${text} (${timesFailed(this.failures)} in ${formatElapsed(now - this.failingSince)})`);
    } else {
      logger.debug?.(text);
    }
  }
}

const timesFailed = (failures: number): string => `${failures} failed call${failures === 1 ? '' : 's'}`;

/** Whether the call was given up because nobody wanted its answer any longer. */
function isGivenUp(error: unknown): boolean {
  return (error as Error | undefined)?.name === 'AbortError';
}
