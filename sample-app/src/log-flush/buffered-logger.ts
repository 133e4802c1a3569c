import { stripVTControlCharacters } from 'node:util';
import { ConsoleLogger, type LogLevel } from '@nestjs/common';

/** Logs like Nest's console logger, and keeps every line until somebody takes it. */
export class BufferedLogger extends ConsoleLogger {
  private lines: string[] = [];

  take(): string[] {
    const { lines } = this;
    this.lines = [];
    return lines;
  }

  putBack(lines: readonly string[]): void {
    this.lines = [...lines, ...this.lines];
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
