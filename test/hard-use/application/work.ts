interface ShortAct {
  readonly kind: 'returns' | 'throws';
}

/** What one run does. The times are milliseconds. */
export type Act =
  | ShortAct
  | { readonly kind: 'resolves' | 'rejects' | 'heeds' | 'ignores'; readonly time: number }
  /** Waits until its signal aborts, which its timeout does. Then it succeeds or gives up. */
  | { readonly kind: 'overruns'; readonly succeeds: boolean };

type Random = () => number;

const between = (random: Random, least: number, most: number): number =>
  least + Math.floor(random() * (most - least));

/** Draws what the next run does. Most runs are short and succeed, as in an application. */
export function drawAct(random: Random, hasTimeout: boolean): Act {
  const share = random();
  if (share < 0.7) return { kind: 'returns' };
  if (share < 0.76) return { kind: 'throws' };
  if (share < 0.88) return { kind: 'resolves', time: between(random, 0, 20) };
  if (share < 0.93) return { kind: 'rejects', time: between(random, 0, 20) };
  if (hasTimeout) return { kind: 'overruns', succeeds: random() < 0.3 };
  return { kind: random() < 0.7 ? 'heeds' : 'ignores', time: between(random, 200, 1500) };
}

/** The timers of this test that are armed. Those of the process besides are the application's. */
export const ownTimers = new Set<NodeJS.Timeout>();

/** Resolves after some time, or rejects when the signal aborts. It leaves no timer and no listener. */
export function rest(time: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const giveUp = (): void => {
      clearTimeout(timer);
      ownTimers.delete(timer);
      reject(signal?.reason as Error);
    };
    const timer = setTimeout(() => {
      ownTimers.delete(timer);
      signal?.removeEventListener('abort', giveUp);
      resolve();
    }, time);
    ownTimers.add(timer);
    signal?.addEventListener('abort', giveUp, { once: true });
  });
}

/** Resolves when the signal aborts. */
export function untilAborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}
