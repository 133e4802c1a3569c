/** Says why there is no answer, in a sentence for people. */
export class NoAnswer extends Error {
  /** @param retryAfter - For how many milliseconds the server wants to be left alone. */
  constructor(
    message: string,
    readonly retryAfter = 0,
  ) {
    super(message);
    this.name = 'NoAnswer';
  }
}
