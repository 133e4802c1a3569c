import type { LoopHandle } from 'nestjs-wait';

/** A loop whose runs the test decides. Until it decides something else, they succeed at once. */
export class ScriptedLoop {
  handle!: LoopHandle;
  /** How many runs have begun. */
  runs = 0;
  private error: unknown;
  private isHanging = false;
  private release = (): void => {};

  readonly body = async (): Promise<void> => {
    this.runs++;
    if (this.isHanging) {
      await new Promise<void>((resolve) => (this.release = resolve));
    }
    if (this.error !== undefined) {
      throw this.error;
    }
  };

  /** From now on, its runs fail. One begins at once, and has ended when this resolves. */
  async fails(error: unknown = new Error('boom')): Promise<void> {
    this.error = error;
    await this.handle.trigger();
  }

  /** From now on, its runs succeed again. One begins at once, and has ended when this resolves. */
  async succeeds(): Promise<void> {
    this.error = undefined;
    await this.handle.trigger();
  }

  /** From now on, its runs do not end before `letGo`. One begins at once. */
  hangs(): void {
    this.isHanging = true;
    void this.handle.trigger();
  }

  letGo(): void {
    this.isHanging = false;
    this.release();
  }
}
