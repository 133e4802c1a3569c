import { Injectable } from '@nestjs/common';

interface StartHook {
  readonly begin: () => void;
  readonly undo: () => void;
}

/** Calls those who want to know that the whole application has started, right before the loops start. */
@Injectable()
export class StartHooks {
  private readonly hooks: StartHook[] = [];

  /**
   * @param begin - If it throws, the bootstrap fails, and no loop starts.
   * @param undo - Is called if a later one throws, since nobody can close an application that has not started.
   */
  add(begin: () => void, undo: () => void): void {
    this.hooks.push({ begin, undo });
  }

  call(): void {
    const begun: StartHook[] = [];
    try {
      for (const hook of this.hooks) {
        hook.begin();
        begun.push(hook);
      }
    } catch (error) {
      begun.toReversed().forEach((hook) => hook.undo());
      throw error;
    }
  }
}
