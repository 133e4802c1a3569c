import type { AppState } from './app-state.js';

/** Keeps the state of the page, and tells its listener when it has changed. */
export class Store {
  private listener: () => void = () => {};

  constructor(private current: AppState) {}

  get state(): AppState {
    return this.current;
  }

  change(changes: Partial<AppState>): void {
    this.current = { ...this.current, ...changes };
    this.listener();
  }

  /** @returns Removes the listener. */
  listen(listener: () => void): () => void {
    this.listener = listener;
    return () => {
      this.listener = () => {};
    };
  }
}
