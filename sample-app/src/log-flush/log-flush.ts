import { appendFile, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Injectable, Logger } from '@nestjs/common';
import { Forever } from 'nestjs-wait';
import { Settings } from '../settings.js';
import { BufferedLogger } from './buffered-logger.js';

/**
 * Writes the log to a file. It runs forever, because the lines that are written while the application closes
 * matter most. When the disk is full, it fails again and again, and the application is not ready.
 */
@Injectable()
export class LogFlush {
  private readonly logger = new Logger(LogFlush.name);

  constructor(
    private readonly settings: Settings,
    private readonly log: BufferedLogger,
  ) {}

  @Forever('1s')
  async flush(): Promise<void> {
    const lines = this.log.take();
    try {
      await mkdir(this.settings.stateDir, { recursive: true });
      await appendFile(join(this.settings.stateDir, 'manager.log'), lines.join(''));
    } catch (error) {
      this.log.putBack(lines);
      throw error;
    }
  }

  async onApplicationShutdown(): Promise<void> {
    this.logger.log('The last lines are written'); // this line, too
    await this.flush().catch((error: Error) => this.logger.error(`They are not: ${error.message}`));
  }
}
