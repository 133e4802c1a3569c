import type { LoopEvent, LoopRegistry } from 'nestjs-wait';
import type { FakeClock } from 'nestjs-wait/testing';

/** Writes down what a listener hears, and when, in seconds of virtual time. */
export class EventLines {
  readonly lines: string[] = [];
  readonly events: LoopEvent[] = [];
  private readonly began: number;

  constructor(private readonly clock: FakeClock) {
    this.began = clock.wallNow() - clock.now();
  }

  /** Listens from now on. */
  static of({ registry, clock }: { readonly registry: LoopRegistry; readonly clock: FakeClock }): EventLines {
    const heard = new EventLines(clock);
    registry.onLoopEvent(heard.hear);
    return heard;
  }

  readonly hear = (event: LoopEvent): void => {
    this.events.push(event);
    this.note(`${event.loop}: ${tell(event)}`, event.at.getTime() - this.began);
  };

  /** @param time - Milliseconds of virtual time; default: now. */
  note(what: string, time = this.clock.now()): void {
    this.lines.push(`${time / 1000} ${what}`);
  }

  /** Hands over what was heard since the last call. */
  take(): string[] {
    this.events.length = 0;
    return this.lines.splice(0);
  }
}

function tell(event: LoopEvent): string {
  const { type } = event;
  if ('run' in event) {
    return `${type} (${event.run.number}, ${event.run.cause})`;
  }
  if ('result' in event) {
    return `${type} (${event.result.run}, ${event.result.outcome})`;
  }
  if ('error' in event) {
    return `${type} (${String(event.error)})`;
  }
  if ('reason' in event) {
    return `${type} (${event.reason})`;
  }
  return 'leaderOnly' in event ? `${type} (${event.leaderOnly})` : type;
}
