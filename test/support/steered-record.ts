import type { FakeClock } from 'nestjs-wait/testing';
import type { SteeredPlan } from './steered-plan.js';

/** What happened to a steered loop, and what was wrong. */
export class SteeredRecord {
  /** Empty when all was right. */
  readonly faults: string[] = [];
  /** Written out only if something was wrong, since that takes longer than all runs. */
  private readonly lines: (readonly [time: number, text: string, details: object | undefined])[] = [];

  constructor(private readonly clock: FakeClock) {}

  note(text: string, details?: object): void {
    this.lines.push([this.clock.now(), text, details]);
  }

  /** @param text - Says what is wrong if it is not true. */
  check(isTrue: boolean, text: () => string): void {
    if (!isTrue) {
      this.faults.push(`at ${this.clock.now()} ${text()}`);
      this.note(`FAULT: ${text()}`);
    }
  }

  /** Writes all that is needed to find the fault. */
  report(plan: SteeredPlan): string {
    const lines = this.lines.map(([time, text, details]) =>
      details === undefined ? `${time} ${text}` : `${time} ${text}: ${JSON.stringify(details)}`,
    );
    // The log has the actions already.
    const options = JSON.stringify(plan, (key, value: unknown) => (key === 'actions' ? undefined : value));
    return [`Seed ${plan.seed}: ${this.faults.join('; ')}`, options, ...lines].join('\n');
  }
}
