import { InMemoryLockStore, type LeaderElectionRecord } from 'nestjs-wait/leader-election';

export const RECORD = 'leader';

/** The engine that keeps the record, and how much it has been through. */
export class Engine {
  readonly store = new InMemoryLockStore();
  /** How many requests and losses there have been. It orders them. */
  sequence = 0;
  /**
   * How often it has forgotten everything, or has accepted a write over a record that its sender did not know,
   * because the version had come back. The tokens of two epochs cannot be compared.
   */
  epoch = 0;
  /** When the record was last lost; 0 if never. */
  lastLoss = 0;
  /** When everything was last forgotten; 0 if never. */
  lastForgotten = 0;

  get record(): LeaderElectionRecord | undefined {
    return this.store.read(RECORD)?.record;
  }

  loseRecord(): void {
    this.store.delete(RECORD);
    this.lastLoss = ++this.sequence;
  }

  forget(): void {
    this.store.clear();
    this.epoch++;
    this.lastLoss = this.lastForgotten = ++this.sequence;
  }
}
