interface NoAnswerOptions {
  /** For how many milliseconds the server wants to be left alone. */
  readonly retryAfter?: number;
  /** Whether it is certain that the server has done nothing. */
  readonly isRefusal?: boolean;
}

/** Says why there is no answer, in a sentence for people. */
export class NoAnswer extends Error {
  readonly retryAfter: number;
  readonly isRefusal: boolean;

  constructor(message: string, { retryAfter = 0, isRefusal = false }: NoAnswerOptions = {}) {
    super(message);
    this.name = 'NoAnswer';
    this.retryAfter = retryAfter;
    this.isRefusal = isRefusal;
  }
}
