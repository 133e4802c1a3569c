import type { Clock, Timer } from '../time/clock.js';
import { NoAnswer } from './no-answer.js';

const LONGEST_PAUSE = 60_000;
const ANSWER_WITHIN = 10_000;
const REFRESH_BEFORE_FIRST_ANSWER = 2_000;

/** Why there is no answer, and when the server is asked again, on the browser's clock. */
export interface Failure {
  readonly why: string;
  readonly nextTry: number;
}

/** Asks the server over and over, ever more rarely while it does not answer. */
export class Poller {
  private readonly next: Timer;
  private readonly patience: Timer;
  private asking: AbortController | undefined;
  private refresh = REFRESH_BEFORE_FIRST_ANSWER;
  private failures = 0;
  private isPaused = false;

  /**
   * @param ask - Asks once. It returns how many milliseconds later to ask again.
   * @param failed - Is told about each question without an answer.
   */
  constructor(
    private readonly clock: Clock,
    private readonly ask: (signal: AbortSignal) => Promise<number>,
    private readonly failed: (failure: Failure) => void,
  ) {
    this.next = clock.newTimer(() => this.askNow());
    this.patience = clock.newTimer(() => this.giveUp('The server has not answered within 10 s.'));
  }

  /** Asks at once. What was asked before and has no answer yet is out of date. */
  askNow(): void {
    this.asking?.abort();
    if (this.isPaused) {
      return;
    }
    this.next.stop();
    this.patience.reset(ANSWER_WITHIN);
    const asking = new AbortController();
    this.asking = asking;
    this.ask(asking.signal).then(
      (refresh) => asking === this.asking && this.answered(refresh),
      (error: unknown) => asking === this.asking && this.giveUp(wordsOf(error), retryAfter(error)),
    );
  }

  /** Asks nothing until it is resumed, since nobody looks. */
  pause(): void {
    this.isPaused = true;
    this.end();
    this.next.stop();
  }

  resume(): void {
    this.isPaused = false;
    this.askNow();
  }

  private answered(refresh: number): void {
    this.end();
    this.failures = 0;
    this.refresh = refresh;
    this.next.reset(refresh);
  }

  private giveUp(why: string, leaveAlone = 0): void {
    this.end();
    this.failures++;
    const pause = Math.max(Math.min(this.refresh * 2 ** this.failures, LONGEST_PAUSE), leaveAlone);
    this.next.reset(pause);
    this.failed({ why, nextTry: this.clock.now() + pause });
  }

  private end(): void {
    this.patience.stop();
    this.asking?.abort();
    this.asking = undefined;
  }
}

function wordsOf(error: unknown): string {
  return error instanceof NoAnswer ? error.message : `The page has a fault: ${String(error)}`;
}

function retryAfter(error: unknown): number {
  return error instanceof NoAnswer ? error.retryAfter : 0;
}
