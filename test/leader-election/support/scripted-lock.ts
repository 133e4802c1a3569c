import { WaitError } from 'nestjs-wait';
import type { LeaderElectionRecord, LockedRecord, ResourceLock } from 'nestjs-wait/leader-election';
import type { FakeClock } from 'nestjs-wait/testing';

type Call = 'get' | 'create' | 'update';

/** Wraps another lock and records every call. A call fails, hangs or is slow when a test wants it to. */
export class ScriptedLock implements ResourceLock {
  prepare?: () => Promise<void>;
  /** May throw, so that the call fails. */
  beforeEach: () => void = () => {};
  readonly calls: Call[] = [];
  readonly outcomes: string[] = [];
  private readonly failures = new Map<Call, { readonly error: Error; times: number }>();
  private readonly delays = new Map<Call, number>();
  private readonly hooks = new Map<Call, () => void>();
  private readonly hanging = new Set<Call>();

  constructor(
    private readonly lock: ResourceLock,
    private readonly clock: FakeClock,
  ) {}

  fail(call: Call, error: Error, times = Infinity): void {
    this.failures.set(call, { error, times });
  }

  delay(call: Call, duration: number): void {
    this.delays.set(call, duration);
  }

  /** From now on no call is answered; a call ends when its signal aborts. */
  hang(...calls: Call[]): void {
    for (const call of calls.length > 0 ? calls : (['get', 'create', 'update'] as const)) {
      this.hanging.add(call);
    }
  }

  answer(): void {
    this.hanging.clear();
  }

  beforeNext(call: Call, hook: () => void): void {
    this.hooks.set(call, hook);
  }

  get(signal: AbortSignal): Promise<LockedRecord | undefined> {
    return this.through('get', signal, () => this.lock.get(signal));
  }

  create(record: LeaderElectionRecord, signal: AbortSignal): Promise<void> {
    return this.through('create', signal, () => this.lock.create(record, signal));
  }

  update(record: LeaderElectionRecord, signal: AbortSignal): Promise<void> {
    return this.through('update', signal, () => this.lock.update(record, signal));
  }

  recordEvent(message: string): void {
    this.lock.recordEvent(message);
  }

  identity(): string {
    return this.lock.identity();
  }

  describe(): string {
    return this.lock.describe();
  }

  fencingToken(): string | undefined {
    return this.lock.fencingToken?.();
  }

  private async through<T>(call: Call, signal: AbortSignal, pass: () => Promise<T>): Promise<T> {
    const index = this.calls.push(call) - 1;
    try {
      this.beforeEach();
      this.hooks.get(call)?.();
      this.hooks.delete(call);
      if (this.hanging.has(call)) {
        await new Promise((_, reject) => {
          signal.addEventListener('abort', () => reject(signal.reason as Error));
        });
      }
      const failure = this.failures.get(call);
      if (failure !== undefined && failure.times-- > 0) {
        throw failure.error;
      }
      await this.clock.sleep(this.delays.get(call) ?? 0);
      const result = await pass();
      this.outcomes[index] = 'ok';
      return result;
    } catch (error) {
      this.outcomes[index] = error instanceof WaitError ? error.code : String(error);
      throw error;
    }
  }
}
