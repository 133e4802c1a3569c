import { Inject, Injectable, type LoggerService } from '@nestjs/common';
import type { Clock, Timer } from '../../core/time/clock.js';
import { WAIT_CLOCK, WAIT_LOGGER } from '../declare/wait.options.js';
import { WaitSettings } from '../declare/wait.settings.js';
import { LoopLog } from './loop-log.js';
import { LoopLauncher } from './loop.launcher.js';
import type { ManagedLoop } from './managed-loop.js';

/** Ends the loops when the application closes. */
@Injectable()
export class Drain {
  private readonly log: LoopLog;

  constructor(
    private readonly launcher: LoopLauncher,
    private readonly settings: WaitSettings,
    @Inject(WAIT_CLOCK) private readonly clock: Clock,
    @Inject(WAIT_LOGGER) logger: LoggerService,
  ) {
    this.log = new LoopLog(logger);
  }

  /**
   * Tells all loops to stop in one instant, and waits for runs in progress, at most for `shutdownTimeout`.
   */
  async run(): Promise<void> {
    const began = this.clock.now();
    const loops = this.launcher.close();
    const running = new Set(loops.filter(({ state }) => state !== 'stopped'));
    if (running.size > 0) {
      await this.untilEnded(running, this.settings.get().shutdownTimeout);
    }
    if (loops.length > 0) {
      this.log.drained(loops.length, running, this.clock.now() - began);
    }
  }

  /**
   * Afterwards `running` holds the loops that have not ended.
   *
   * @param timeout - Milliseconds; 0 waits forever.
   */
  private async untilEnded(running: Set<ManagedLoop>, timeout: number): Promise<void> {
    let deadline: Timer | undefined;
    await new Promise<void>((resolve) => {
      for (const loop of running) {
        loop.whenEnded(() => {
          running.delete(loop);
          if (running.size === 0) {
            resolve();
          }
        });
      }
      if (timeout > 0) {
        deadline = this.clock.newTimer(resolve);
        deadline.reset(timeout);
      }
    });
    deadline?.stop();
  }
}
