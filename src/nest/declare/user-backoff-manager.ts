import { messageOf } from '../../core/values/error-text.js';
import { WaitError } from '../../core/errors.js';
import { requireBackoffManager, type BackoffManager } from '../../core/waits/backoff-manager.js';

/** Wraps the user's own backoff manager. What it throws ends its loop, so the error names the loop. */
export class UserBackoffManager implements BackoffManager {
  private readonly manager: BackoffManager;

  /**
   * @param loop - Names the loop in errors.
   * @param make - The user's factory.
   * @throws WaitError `WAIT_ERR_INVALID_OPTION` when the factory throws, or does not make a backoff manager.
   */
  constructor(
    private readonly loop: string,
    make: () => BackoffManager,
  ) {
    const made = this.named('backoffManager must make a backoff manager, but', make);
    this.manager = requireBackoffManager(made, loop);
  }

  backoff(): number {
    return this.named('its backoff manager', () => this.manager.backoff());
  }

  private named<T>(what: string, call: () => T): T {
    try {
      return call();
    } catch (cause) {
      const text = `${this.loop}: ${what} failed: ${messageOf(cause)}.`;
      throw new WaitError('WAIT_ERR_INVALID_OPTION', text, { cause });
    }
  }
}
