import type { LoggerService } from '@nestjs/common';
import { WaitError } from '../../core/errors.js';
import { hasMethods } from '../../core/values/has-methods.js';
import { show } from '../../core/values/show.js';

/**
 * Refuses a value that is not a logger.
 *
 * @param what - Names the option or the token in the error.
 * @throws WaitError `WAIT_ERR_INVALID_OPTION`.
 */
export function requireLogger(logger: unknown, what: string): LoggerService {
  if (!hasMethods(logger, 'log', 'error', 'warn')) {
    throw new WaitError(
      'WAIT_ERR_INVALID_OPTION',
      `${what} must be a LoggerService, with the methods log(), error() and warn(), not ${show(logger)}.`,
    );
  }
  return logger as LoggerService;
}
