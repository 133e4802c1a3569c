import { handleCrash, isAbort } from '../core/loop/crash.js';
import { reasonOf } from '../core/values/error-text.js';
import { ifRejected } from '../core/values/thenable.js';
import type { LeaderElectionSettings } from './leader-election-settings.js';

/** Tells the log, the lock and the callbacks of one elector what happens in its election. */
export class ElectionEvents {
  /** How many terms have begun. */
  private terms = 0;

  /** @param fail - Receives what a crash handler threw, which ends the elector. */
  constructor(
    private readonly settings: LeaderElectionSettings,
    private readonly fail: (fatal: unknown) => void,
  ) {}

  log(text: string): void {
    this.write('log', text);
  }

  termBegins(): void {
    this.terms++;
    this.record('became leader');
  }

  /** Logs an event, and has the lock record it. */
  record(event: string): void {
    const { lock } = this.settings;
    this.log(event);
    const failed = (error: unknown): void =>
      this.write('warn', `its lock could not record '${event}': ${reasonOf(error)}`);
    try {
      ifRejected(lock.recordEvent(event), failed);
    } catch (error) {
      failed(error);
    }
  }

  /**
   * Calls a callback and awaits what it returns. If it fails, it has crashed, unless it gave up because the
   * term had ended.
   *
   * @param term - Aborts with the term; `undefined` between two terms.
   * @returns Whether it succeeded. Nothing is thrown.
   */
  async call(callback: () => unknown, term: AbortSignal | undefined): Promise<boolean> {
    try {
      await callback();
      return true;
    } catch (error) {
      this.crashed(error, term);
      return false;
    }
  }

  /** A logger that throws ends the elector. */
  private write(level: 'log' | 'warn', text: string): void {
    const { logger, name } = this.settings;
    try {
      logger[level]?.(`${name}: ${text}`);
    } catch (error) {
      this.fail(error);
    }
  }

  private crashed(error: unknown, term: AbortSignal | undefined): void {
    const { name, crashHandling } = this.settings;
    const stopping = term?.aborted === true;
    if (stopping && isAbort(error, term.reason)) {
      return;
    }
    try {
      handleCrash(error, { name, run: this.terms, stopping }, crashHandling);
    } catch (fatal) {
      this.fail(fatal);
    }
  }
}
