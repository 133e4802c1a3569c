import type { Transit } from '../../src/testing/network.js';
import type { Random } from '../leader-election/support/random.js';

/** What is wrong with the network of one candidate. Each instant is in the world's time. */
export class Conditions {
  requestsLostUntil = -Infinity;
  repliesLostUntil = -Infinity;
  slowUntil = -Infinity;
  lossyUntil = -Infinity;
}

/** The share of messages that a lossy network loses, in percent. */
const LOSS = 40;

/** How fast a network is. */
export interface NetworkTimes {
  /** The world's time. */
  now(): number;
  /** The longest delay in a healthy network. */
  readonly latency: number;
  /** The longest delay in a slow one. */
  readonly longestDelay: number;
}

/** Decides on each message of one process, and notes when one had trouble. */
export class NetworkNoise {
  /** When a message was last lost or late. */
  lastTrouble = -Infinity;
  /** When a request was last sent that came late. */
  lastLateRequest = -Infinity;
  private isReply = false;

  /** @param onLoss - Is called for each message that is lost. */
  constructor(
    private readonly times: NetworkTimes,
    private readonly random: Random,
    private readonly conditions: Conditions,
    private readonly onLoss: () => void,
  ) {}

  /** Says that the next message is the reply to a request that has just arrived. */
  turnAround(): void {
    this.isReply = true;
  }

  readonly transit: Transit = () => {
    const { isReply } = this;
    this.isReply = false;
    const delay = this.isLost(isReply) ? undefined : this.delay();
    if (delay === undefined) {
      this.lastTrouble = this.times.now();
      this.onLoss();
    } else if (delay > this.times.latency) {
      this.lastTrouble = this.times.now();
      this.lastLateRequest = isReply ? this.lastLateRequest : this.times.now();
    }
    return delay;
  };

  private isLost(isReply: boolean): boolean {
    const { conditions, random } = this;
    const now = this.times.now();
    return (
      now < (isReply ? conditions.repliesLostUntil : conditions.requestsLostUntil) ||
      (now < conditions.lossyUntil && random.between(0, 100) < LOSS)
    );
  }

  private delay(): number {
    const isSlow = this.times.now() < this.conditions.slowUntil;
    return this.random.between(1, isSlow ? this.times.longestDelay : this.times.latency + 1);
  }
}
