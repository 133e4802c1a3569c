import { Inject, Injectable, Logger, type LoggerService } from '@nestjs/common';
import { messageOf, oneLine, read, stackOf, summaryOf } from '../../core/values/error-text.js';
import { ifRejected } from '../../core/values/thenable.js';
import { requireLogger } from '../declare/logger.js';
import { LOG_CONTEXT, WAIT_LOGGER } from '../declare/wait.options.js';

/** An error, and what the log says about it. */
interface LoggedError {
  readonly text: string;
  readonly error: unknown;
  readonly loop: string;
  /** Which run of the loop threw it; absent if it was no run. */
  readonly run?: number | undefined;
}

type Level = 'log' | 'debug' | 'warn' | 'error';

/**
 * Writes lines to the application's logger.
 *
 * No name and no message can forge a line, since control characters are escaped. When the logger fails, the
 * line goes to `console.error`, and everything goes on.
 */
@Injectable()
export class LogWriter {
  constructor(@Inject(WAIT_LOGGER) private readonly logger: LoggerService) {}

  /** @throws WaitError `WAIT_ERR_INVALID_OPTION` when the logger lacks a method. */
  requireLogger(): void {
    requireLogger(this.logger, 'WAIT_LOGGER');
  }

  log(text: string): void {
    this.write('log', text);
  }

  debug(text: string): void {
    this.write('debug', text);
  }

  warn(text: string): void {
    this.write('warn', text);
  }

  error(text: string): void {
    this.write('error', text, LOG_CONTEXT, (line, context) => [line, undefined, context]);
  }

  /**
   * Writes an error with its stack and its causes, and without its other properties.
   *
   * A logger gets the same arguments as from Nest: text, stack and context. The logger of nestjs-pino gets an
   * object of fields, since pino expects that.
   *
   * @param context - The name of the loop; default: the module's name.
   */
  failure(logged: LoggedError, context = LOG_CONTEXT): void {
    const stack = stackOf(logged.error);
    this.write(
      'error',
      logged.text,
      context,
      (line, where) =>
        isNestjsPino(this.target) ? [fieldsOf(logged, stack), line, where] : [line, stack, where],
      stack,
    );
  }

  /** The logger that Nest's own `Logger` passes everything to. */
  private get target(): LoggerService {
    return this.logger instanceof Logger ? this.logger.localInstance : this.logger;
  }

  /**
   * Writes one line, with the stack if it is about an error.
   *
   * @param argumentsFor - Makes the arguments of the logger from the text and the context, each in one line.
   * @param stack - The stack to print if the logger fails.
   */
  private write(
    level: Level,
    text: string,
    context = LOG_CONTEXT,
    argumentsFor: (line: string, context: string) => readonly [unknown, ...unknown[]] = (...both) => both,
    stack = '',
  ): void {
    const where = oneLine(context);
    // For the console, a percent sign begins a placeholder.
    const line = this.target === console ? oneLine(text).replaceAll('%', '%%') : oneLine(text);
    const failed = (failure: unknown): void =>
      console.error(`[${where}] ${line} (The logger failed: ${messageOf(failure)})${stack && `\n${stack}`}`);
    try {
      ifRejected(this.logger[level]?.(...argumentsFor(line, where)), failed);
    } catch (failure) {
      failed(failure);
    }
  }
}

/**
 * Makes the fields for a structured logger. The code and the cause are fields of their own, so that one can
 * search for them: pino's serializer leaves the cause out. It also takes the type of an error from its
 * constructor, so this object has no prototype.
 */
function fieldsOf({ error, loop, run }: LoggedError, stack: string): object {
  const { name, message, code } = summaryOf(error);
  const err = Object.assign(Object.create(null) as object, { name, message, stack });
  const cause = read(error, 'cause');
  return {
    err,
    ...(code !== undefined && { code }),
    ...(cause !== undefined && { cause: summaryOf(cause) }),
    loop,
    ...(run !== undefined && { run }),
  };
}

// Every logger of pino has the properties that pino documents as `pino.symbols`.
const PINO = Symbol.for('pino.serializers');

/** nestjs-pino's logger has a PinoLogger as `logger`, and that has pino's own logger as `logger`. */
function isNestjsPino(logger: unknown): boolean {
  // Nest has no logger at all where the application was made with `logger: false`.
  const { contextName, logger: outer } = (logger ?? {}) as {
    contextName?: unknown;
    logger?: { logger?: object };
  };
  const pino = outer?.logger;
  return typeof contextName === 'string' && typeof pino === 'object' && PINO in pino;
}
