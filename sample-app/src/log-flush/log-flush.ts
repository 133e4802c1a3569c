import { appendFile, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Injectable, Logger } from '@nestjs/common';
import { Forever } from 'nestjs-wait';
import { Settings } from '../settings.js';
import { BufferedLogger } from './buffered-logger.js';

const PERIOD = 1000;

/**
 * Writes the log to a file. It runs forever, because the lines that are written while the application closes
 * matter most.
 */
@Injectable()
export class LogFlush {
  private readonly logger = new Logger(LogFlush.name);
  private lastFlush = performance.now();

  constructor(
    private readonly settings: Settings,
    private readonly log: BufferedLogger,
  ) {}

  /** Whether the last flush is no older than two periods. A full disk makes the application unhealthy. */
  get isHealthy(): boolean {
    return performance.now() - this.lastFlush <= 2 * PERIOD;
  }

  @Forever(PERIOD)
  async flush(): Promise<void> {
    const lines = this.log.take();
    try {
      await mkdir(this.settings.stateDir, { recursive: true });
      await appendFile(join(this.settings.stateDir, 'manager.log'), lines.join(''));
    } catch (error) {
      this.log.putBack(lines);
      throw error;
    }
    this.lastFlush = performance.now();
  }

  async onApplicationShutdown(): Promise<void> {
    this.logger.log('The last lines are written');
    await this.flush();
  }
}
