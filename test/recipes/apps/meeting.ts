/** Where several wait for one another, again and again, so that all of them are there at once. */
export class Meeting {
  private waiting: (() => void)[] = [];
  private isOver = false;

  /** @param size - How many come each time. */
  constructor(private readonly size: number) {}

  /** Resolves when all have come, or when there will be no more meetings. */
  async arrive(): Promise<void> {
    if (this.isOver) {
      return;
    }
    await new Promise<void>((resolve) => {
      this.waiting.push(resolve);
      if (this.waiting.length === this.size) {
        this.release();
      }
    });
  }

  /** Lets everybody go, now and from now on. */
  end(): void {
    this.isOver = true;
    this.release();
  }

  private release(): void {
    const all = this.waiting;
    this.waiting = [];
    all.forEach((resolve) => resolve());
  }
}
