import { Inject, Injectable } from '@nestjs/common';
import type { Clock } from '../../core/time/clock.js';
import { WAIT_CLOCK } from '../declare/wait.options.js';
import { DEFAULT_SHUTDOWN_TIMEOUT, WaitSettings } from '../declare/wait.settings.js';
import { LeaderElection } from '../leader/leader-election.js';
import { LoopLog } from './loop-log.js';
import { LoopLauncher } from './loop.launcher.js';
import type { ManagedLoop } from './managed-loop.js';
import { Patience } from './patience.js';
import { Pending } from './pending.js';

/** Ends the loops and the leader election when the application closes. */
@Injectable()
export class Drain {
  constructor(
    private readonly launcher: LoopLauncher,
    private readonly settings: WaitSettings,
    private readonly election: LeaderElection,
    private readonly log: LoopLog,
    @Inject(WAIT_CLOCK) private readonly clock: Clock,
  ) {}

  /**
   * Tells all loops to stop in one instant. Then it waits for the runs in progress, for the leases to be
   * released, and for the locks to close. All of this takes at most `shutdownTimeout`, whatever a run or an
   * engine does.
   */
  async run(): Promise<void> {
    const { clock, election, launcher, log, settings } = this;
    if (!settings.areUsable) {
      return;
    }
    const began = clock.now();
    const stopped = launcher.close();
    const loops = Pending.endsOf(stopped);
    const campaigns = new Pending(election.stop(launcher.stopReason));
    const locks = new Pending(election.closeLocks());
    const patience = new Patience(clock, this.timeout, (canInterrupt) => {
      log.stopping(
        stopped.length,
        [...loops.labels, ...(campaigns.isEmpty ? locks : campaigns).labels],
        canInterrupt,
      );
    });
    try {
      await patience.waitFor(loops);
      if (!loops.isEmpty) {
        log.stillRunning(stopped.length, loops.labels, clock.now() - began);
      } else if (stopped.length > 0) {
        log.stopped(stopped.length, launcher.lasting, clock.now() - began);
      }
      // The elections end after the loops: a lease is released when the last of its loops has ended.
      await patience.waitFor(campaigns);
      await patience.waitFor(locks, this.timeout === 0 ? DEFAULT_SHUTDOWN_TIMEOUT : undefined);
      if (!campaigns.isEmpty) {
        log.electionsLeft(campaigns.labels, clock.now() - began);
      } else if (!locks.isEmpty) {
        log.locksLeft(locks.labels, clock.now() - began);
      }
    } finally {
      patience.end();
    }
  }

  /** Tells some loops to stop. */
  stop(loops: readonly ManagedLoop[]): void {
    for (const loop of loops) {
      loop.stop(this.launcher.stopReason);
    }
  }

  /**
   * Waits for something that an operator has asked of a loop. It waits at most for `shutdownTimeout`, since a
   * run may be waiting for itself.
   *
   * @param gaveUp - Is called if the time is up: with what has not ended, and with the milliseconds waited.
   * @returns Whether nothing is pending any more.
   */
  async waitFor(pending: Pending, gaveUp: (labels: string[], waited: number) => void): Promise<boolean> {
    const { timeout, clock } = this;
    if (!pending.isEmpty) {
      const began = clock.now();
      await new Promise<void>((resolve) => {
        const deadline = clock.newTimer(resolve, { unref: true });
        if (timeout > 0) {
          deadline.reset(timeout);
        }
        void pending.ended.then(() => {
          deadline.stop();
          resolve();
        });
      });
      if (!pending.isEmpty) {
        gaveUp(pending.labels, clock.now() - began);
      }
    }
    return pending.isEmpty;
  }

  /** Milliseconds; 0 waits forever. */
  private get timeout(): number {
    return this.settings.get().shutdownTimeout;
  }
}
