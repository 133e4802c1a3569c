import { Injectable } from '@nestjs/common';

/** Calls those who want to know that the whole application has started, right before the loops start. */
@Injectable()
export class StartHooks {
  private readonly hooks: (() => void)[] = [];

  /** @param hook - If it throws, the bootstrap fails, and no loop starts. */
  add(hook: () => void): void {
    this.hooks.push(hook);
  }

  call(): void {
    this.hooks.forEach((hook) => hook());
  }
}
