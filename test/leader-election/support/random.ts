/** Draws the same numbers again from the same seed, so that a failure can be repeated. */
export class Random {
  /** @param seed - A whole number. */
  constructor(private seed: number) {}

  /** Draws a whole number from `[least, most)`. */
  between(least: number, most: number): number {
    return Math.floor(least + this.next() * (most - least));
  }

  pick<T>(choices: readonly T[]): T {
    return choices[this.between(0, choices.length)] as T;
  }

  /** The generator is Mulberry32. */
  private next(): number {
    this.seed = (this.seed + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.seed ^ (this.seed >>> 15), this.seed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }
}
