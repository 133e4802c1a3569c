import type { LoopEvent, LoopInfo } from 'nestjs-wait';

/** What the events of one loop have told so far. */
interface Told {
  isStarted: boolean;
  isStopped: boolean;
  /** The run in progress. */
  run: number | undefined;
  runs: number;
  isHung: boolean;
  /** The run that was hung and has ended, as long as nobody has said so. */
  recovers: number | undefined;
  isPaused: boolean;
  isLeading: boolean | undefined;
  lastAt: number;
  readonly outcomes: Record<string, number>;
}

/** Checks that the events of each loop make a history that can be true. */
export class EventGrammar {
  readonly faults: string[] = [];
  private readonly loops = new Map<string, Told>();

  readonly hear = (event: LoopEvent): void => {
    const told = this.told(event.loop);
    const check = (isTrue: boolean, what: string): void => {
      if (!isTrue) {
        this.faults.push(`${event.loop}: ${event.type} at ${event.at.toISOString()}: ${what}`);
      }
    };
    check(!told.isStopped, 'it has stopped');
    check(told.isStarted || event.type === 'started', 'it has not started');
    check(event.at.getTime() >= told.lastAt, 'time goes back');
    check(told.recovers === undefined || event.type !== 'run-started', 'nobody has said that it recovered');
    told.lastAt = event.at.getTime();
    switch (event.type) {
      case 'started':
        check(!told.isStarted, 'it has started already');
        told.isStarted = true;
        break;
      case 'stopped':
        check(told.run === undefined, 'a run is in progress');
        told.isStopped = true;
        break;
      case 'run-started':
        check(told.run === undefined, 'a run is in progress');
        check(event.run.number === told.runs + 1, `run ${event.run.number} follows run ${told.runs}`);
        check(!told.isPaused || event.run.cause === 'trigger', 'it is paused');
        check(told.isLeading === (event.run.leaderOnly === undefined ? undefined : true), 'it does not lead');
        told.run = told.runs = event.run.number;
        break;
      case 'run-ended':
        check(told.run === event.result.run, `the run in progress is ${told.run}`);
        told.outcomes[event.result.outcome] = (told.outcomes[event.result.outcome] ?? 0) + 1;
        told.recovers = told.isHung ? told.run : undefined;
        told.run = undefined;
        told.isHung = false;
        break;
      case 'hung':
        check(told.run === event.run.number && !told.isHung, `the run in progress is ${told.run}`);
        told.isHung = true;
        break;
      case 'recovered':
        check(told.recovers === event.result.run, `the run that recovers is ${told.recovers}`);
        told.recovers = undefined;
        break;
      case 'paused':
      case 'resumed':
        check(told.isPaused === (event.type === 'resumed'), `it is ${told.isPaused ? '' : 'not '}paused`);
        told.isPaused = event.type === 'paused';
        break;
      case 'leading':
      case 'stopped-leading':
        check((told.isLeading ?? false) === (event.type === 'stopped-leading'), `leading: ${told.isLeading}`);
        told.isLeading = event.type === 'leading';
        break;
      default:
        check(event.type === 'updated', 'there is no such event');
    }
  };

  /** Compares what was told of a loop with what the loop says of itself. */
  compare(info: LoopInfo): void {
    const { runs, isPaused, isStopped, outcomes, run } = this.told(info.name);
    const { succeeded = 0, failed = 0, timedOut = 0, skipped = 0, aborted = 0 } = outcomes;
    const said = {
      runs,
      failures: failed + timedOut,
      skips: skipped,
      aborts: aborted,
      paused: isPaused && !isStopped,
    };
    const { failures, skips, aborts, paused } = info;
    const is = { runs: info.runs, failures, skips, aborts, paused };
    const ended = succeeded + failed + timedOut + skipped + aborted;
    if (JSON.stringify(said) !== JSON.stringify(is) || ended !== runs - (run === undefined ? 0 : 1)) {
      this.faults.push(
        `${info.name}: the events say ${JSON.stringify(said)}, and the loop ${JSON.stringify(is)}`,
      );
    }
  }

  /** The loops of which nothing says that they have stopped. */
  get open(): string[] {
    return [...this.loops].filter(([, { isStopped }]) => !isStopped).map(([name]) => name);
  }

  private told(loop: string): Told {
    let told = this.loops.get(loop);
    if (told === undefined) {
      told = {
        isStarted: false,
        isStopped: false,
        run: undefined,
        runs: 0,
        isHung: false,
        recovers: undefined,
        isPaused: false,
        isLeading: undefined,
        lastAt: -Infinity,
        outcomes: {},
      };
      this.loops.set(loop, told);
    }
    return told;
  }
}
