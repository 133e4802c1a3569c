import type { Manager, RunScenario, Trace } from './vectors.js';

/**
 * What a loop should do, worked out without a loop, a timer or a promise; in whole nanoseconds, as Go counts.
 */
export function model(
  scenario: RunScenario & { readonly manager: Manager; readonly sliding: boolean },
  random: () => number,
): Trace {
  const { manager, sliding, fDurationsMs, fPanics, reallyCrash, stop } = scenario;
  const stopAt = 'atMs' in stop ? ns(stop.atMs) : 0;
  const nextDelay = manager.type === 'jittered' ? jittered(manager) : exponential(manager);
  const starts: number[] = [];
  const ends: number[] = [];
  const delays: number[] = [];
  const armedAt: number[] = [];
  let panicHandlerCalls = 0;
  let randsUsed = 0;
  let now = 0;
  let due = 0;
  let escapedPanic: string | undefined;

  const arm = (): void => {
    const { base, factor } = nextDelay(now);
    let delay = base;
    if (factor > 0) {
      randsUsed++;
      delay += Math.trunc(random() * factor * base);
    }
    delays.push(delay);
    armedAt.push(now);
    due = now + Math.max(delay, 0);
  };

  for (let call = 0; now < stopAt && escapedPanic === undefined; call++) {
    starts.push(now);
    if (!sliding) {
      arm();
    }
    now += ns(fDurationsMs[Math.min(call, fDurationsMs.length - 1)]!);
    ends.push(now);
    const crashes = fPanics.includes(call);
    if (crashes) {
      panicHandlerCalls++;
    }
    if (crashes && reallyCrash) {
      escapedPanic = `boom-${call}`;
    } else {
      if (sliding) {
        arm();
      }
      now = Math.max(now, Math.min(due, stopAt));
    }
  }
  return {
    calls: starts.length,
    outcome: escapedPanic === undefined ? 'returned' : 'panicked',
    returnedAtMs: now / 1e6,
    ...(escapedPanic !== undefined && { escapedPanic }),
    startsMs: starts.map(ms),
    endsMs: ends.map(ms),
    delaysMs: delays.map(ms),
    armedAtMs: armedAt.map(ms),
    panicHandlerCalls,
    randsUsed,
  };
}

interface Delay {
  readonly base: number;
  readonly factor: number;
}

function jittered({ periodMs, jitterFactor }: Manager & { readonly type: 'jittered' }): () => Delay {
  return () => ({ base: ns(periodMs), factor: jitterFactor });
}

/**
 * The n-th delay after the last reset is the first one grown n times, each time truncated, and the cap from
 * where that is above it.
 */
function exponential(manager: Manager & { readonly type: 'exponential' }): (now: number) => Delay {
  const { initMs, maxMs, resetMs, factor, jitter } = manager;
  let last = 0;
  let growths = 0;
  return (now) => {
    growths = now - last > ns(resetMs) ? 0 : growths;
    last = now;
    let base = ns(initMs);
    const times = factor === 0 ? 0 : growths;
    for (let growth = 0; growth < times; growth++) {
      base = Math.trunc(base * factor);
      if (maxMs > 0 && base > ns(maxMs)) {
        base = ns(maxMs);
        break;
      }
    }
    growths++;
    return { base, factor: jitter };
  };
}

const ns = (milliseconds: number): number => Math.round(milliseconds * 1e6);
const ms = (nanoseconds: number): number => nanoseconds / 1e6;
