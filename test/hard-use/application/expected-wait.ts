/** From the shortest wait that the options allow to the longest, in milliseconds. */
export interface Bounds {
  readonly least: number;
  readonly most: number;
}

export interface Periodic {
  readonly type: 'periodic';
  readonly period: number;
  readonly jitter: number;
}

export interface Growing {
  readonly type: 'growing';
  readonly initial: number;
  readonly max: number;
  readonly factor: number;
  readonly jitter: number;
}

/** What an update may change. */
export type Changes = Partial<Omit<Periodic, 'type'> & Omit<Growing, 'type'>>;

export interface Retries {
  readonly initial: number;
  readonly max: number;
  readonly factor: number;
  readonly jitter: number;
}

const stretched = (wait: number, jitter: number): Bounds => ({ least: wait, most: wait * (1 + jitter) });

const grown = ({ initial, max, factor, jitter }: Omit<Growing, 'type'>, step: number): Bounds =>
  stretched(step === 0 ? initial : Math.min(initial * factor ** step, max), jitter);

/** Predicts the waits of one loop from its options, as the documentation describes them. */
export class ExpectedWaits {
  private step = 0;

  constructor(
    private options: Periodic | Growing,
    private readonly retries?: Retries,
  ) {}

  /** The loop's own next wait. */
  next(): Bounds {
    const { options } = this;
    return options.type === 'periodic'
      ? stretched(options.period, options.jitter)
      : grown(options, this.step++);
  }

  /** The wait after so many failures in a row; `undefined` if failures do not change the waits. */
  afterFailures(inARow: number): Bounds | undefined {
    return this.retries && grown(this.retries, inARow - 1);
  }

  /** All growth starts over. */
  update(changes: Changes): void {
    this.options = Object.assign({}, this.options, changes, { type: this.options.type });
    this.step = 0;
  }
}
