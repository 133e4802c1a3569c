import type {
  AroundRun,
  LoopFunction,
  LoopHandle,
  LoopRun,
  UntilOptions,
  WaitModuleOptions,
} from 'nestjs-wait';
import { boot, type Booted } from './boot.js';

/** Takes virtual time. */
export type Sleep = (duration: number) => Promise<void>;

/** A loop whose runs are surrounded. */
export interface AroundPlan {
  /** The functions of `forRoot`, the outermost first. */
  readonly around: (sleep: Sleep) => readonly AroundRun[];
  /** Default: a run that takes a second and succeeds. */
  readonly work?: ((sleep: Sleep) => LoopFunction) | undefined;
  /** On top of `{ name: 'job', period: '10s' }`. */
  readonly loop?: Partial<UntilOptions> | undefined;
  /** Default: `until`. */
  readonly kind?: 'until' | 'nonSlidingUntil' | undefined;
  readonly module?: WaitModuleOptions | undefined;
}

export interface AroundLoop extends Booted {
  readonly handle: LoopHandle;
  /** When the work of each run began, in milliseconds. */
  readonly starts: readonly number[];
  /** What the crash handler received. */
  readonly handled: readonly unknown[];
  /** The runs, as the outermost function saw them. */
  readonly runs: readonly LoopRun[];
  /** When they began, in milliseconds. */
  readonly begins: readonly number[];
  /** How many runs there were at once, at most. */
  readonly mostAtOnce: () => number;
}

export const boom = new Error('boom');
export const own = new Error('own');

/** A run that takes a second and fails. */
export const failing =
  (sleep: Sleep): LoopFunction =>
  async () => {
    await sleep(1000);
    throw boom;
  };

/** A run that gives up when its signal aborts. */
export const obedient: LoopFunction = (signal) =>
  new Promise((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error));
  });

/** Boots an application, starts the loop `job`, and lets its first run begin. */
export async function bootAround(plan: AroundPlan): Promise<AroundLoop> {
  const { around, work = (sleep) => () => sleep(1000), loop, kind = 'until', module } = plan;
  const handled: unknown[] = [];
  const runs: LoopRun[] = [];
  const begins: number[] = [];
  let booted: Booted | undefined;
  const sleep: Sleep = async (duration) => booted?.clock.sleep(duration);
  const crashHandlers = module?.crashHandlers ?? [(error: unknown) => handled.push(error)];
  const observe: AroundRun = (run, next) => {
    runs.push(run);
    begins.push(booted?.clock.now() ?? NaN);
    return next();
  };
  booted = await boot({}, { ...module, crashHandlers, around: [observe, ...around(sleep)] });
  const { clock, service } = booted;
  const starts: number[] = [];
  let atOnce = 0;
  let mostAtOnce = 0;
  const run = work(sleep);
  const end = (): void => void atOnce--;
  const counted: LoopFunction = (signal) => {
    starts.push(clock.now());
    mostAtOnce = Math.max(mostAtOnce, ++atOnce);
    let result: unknown;
    try {
      result = run(signal);
    } catch (error) {
      end();
      throw error;
    }
    if (result instanceof Promise) {
      return result.finally(end);
    }
    end();
    return result;
  };
  const handle = service[kind](counted, { name: 'job', period: '10s', ...loop });
  await clock.advance(0);
  return { ...booted, handle, starts, handled, runs, begins, mostAtOnce: () => mostAtOnce };
}

/** The options of a loop that nobody runs, but on request. */
export const ON_REQUEST: Partial<UntilOptions> = { period: '1h', initialDelay: '1h' };
