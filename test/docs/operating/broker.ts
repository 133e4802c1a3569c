// What the examples of docs/failures.md import.
export class Broker {
  async publish(_signal: AbortSignal): Promise<void> {}

  async listen(_signal: AbortSignal): Promise<void> {}
}
