import { stripVTControlCharacters } from 'node:util';
import { ConsoleLogger, Injectable, type LogLevel } from '@nestjs/common';

/** Whose lines about modules and routes would hide, at the start, what the loops do. */
const QUIET: readonly unknown[] = [
  'NestFactory',
  'InstanceLoader',
  'RoutesResolver',
  'RouterExplorer',
  'NestApplication',
];

/** Logs like Nest's console logger, but less of Nest itself, and keeps every line until somebody takes it. */
@Injectable()
export class BufferedLogger extends ConsoleLogger {
  private lines: string[] = [];

  constructor() {
    super({ logLevels: ['fatal', 'error', 'warn', 'log'] });
  }

  take(): string[] {
    const { lines } = this;
    this.lines = [];
    return lines;
  }

  putBack(lines: readonly string[]): void {
    this.lines = [...lines, ...this.lines];
  }

  override log(message: unknown, ...rest: unknown[]): void {
    if (!QUIET.includes(rest.at(-1))) {
      super.log(message, ...rest);
    }
  }

  protected override formatMessage(
    logLevel: LogLevel,
    message: unknown,
    pidMessage: string,
    formattedLogLevel: string,
    contextMessage: string,
    timestampDiff: string,
  ): string {
    const line = super.formatMessage(
      logLevel,
      message,
      pidMessage,
      formattedLogLevel,
      contextMessage,
      timestampDiff,
    );
    this.lines.push(stripVTControlCharacters(line));
    return line;
  }
}
