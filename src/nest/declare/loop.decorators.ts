import { isRunnable } from '../../core/values/runnable.js';
import { declareLoop } from './loop.metadata.js';
import type { LoopFunction, LoopInput, LoopKind } from './loop.options.js';
import { requireMethod, requireParentheses } from './loop-target.js';
import { resolveLoop } from './resolve-loop.js';

/**
 * The argument of a loop decorator: options, or a function of the provider's instance that returns them. For
 * most loops the period alone is enough. The function is called at bootstrap.
 *
 * **Details.** The compiler knows the class of the instance, `self`, where the decorator is written on a
 * method. The function may read private members, since it is inside of the class. In a decorator that is
 * composed outside of the class, `self` needs its type: `Until((self: Outbox) => self.period)`.
 */
export type OptionsOf<K extends LoopKind, Self> = LoopInput<K> | ((self: Self) => LoopInput<K>);

type AtMostOneParameter<T extends LoopFunction> = Parameters<T>['length'] extends 0 | 1 ? unknown : never;

/** A `this` that no call of a decorator has; see {@link LoopDecorator}. */
interface InsideAnotherDecorator {
  readonly 'inside another decorator': never;
}

/**
 * Decorates an instance method that has no parameter, or only an `AbortSignal`. Anything else does not
 * compile.
 *
 * **Details.** It is also a `MethodDecorator`, so that other decorators can be composed of it:
 * `applyDecorators(SetMetadata('job', true), Until('1m'))`, or
 * `const Every = (period: string): MethodDecorator => Until(period)`.
 *
 * **Gotchas.** The compiler does not check what a composed decorator is put on. Anything but an instance
 * method is still refused where the class is defined.
 */
export interface LoopDecorator<Self extends object = object> {
  // This signature makes it a MethodDecorator. It allows no other use, since no call of a decorator has this
  // `this`.
  <T>(
    this: InsideAnotherDecorator,
    target: object,
    key: string | symbol,
    descriptor: TypedPropertyDescriptor<T>,
  ): void;
  // The compiler explains a mistake with the last signature, so the strict one comes last.
  <T extends LoopFunction>(
    target: Self & { readonly prototype?: never },
    key: string | symbol,
    descriptor: TypedPropertyDescriptor<T> & AtMostOneParameter<T>,
  ): void;
}

/**
 * Runs the method over and over, with a fixed wait between the end of a run and the start of the next.
 *
 * Counterpart of `wait.Until` in k8s.io/apimachinery v0.19.4.
 *
 * **Details.** The loop starts when the whole application has started. On shutdown it stops before anything
 * else, and a run in progress is awaited. For each run, the method receives a new `AbortSignal`. It aborts
 * when the loop is told to stop. Its reason is the one with which the loop was stopped.
 *
 * **Gotchas.** A run that throws or rejects is logged, and the loop goes on. A subclass that overrides the
 * method keeps the loop. A subclass that decorates it again replaces the loop. Several loop decorators on one
 * method make several loops. The second one from the top is named `Class.method/2`, unless it has a `name`.
 *
 * @param options - {@link UntilOptions}, or the period alone, or a function of the instance that returns one
 *   of the two.
 * @throws WaitError `WAIT_ERR_INVALID_DURATION`, `WAIT_ERR_INVALID_OPTION` or `WAIT_ERR_INVALID_TARGET`,
 *   where the class is defined.
 *
 * @example
 * ```ts
 * @Injectable()
 * class Heartbeat {
 *   @Until('5s')
 *   async beat(signal: AbortSignal): Promise<void> {
 *     await fetch('http://localhost:3000/heartbeat', { method: 'POST', signal });
 *   }
 * }
 * ```
 */
export function Until<Self extends object>(options: OptionsOf<'Until', Self>): LoopDecorator<Self> {
  return loopDecorator('Until', options, arguments[1]);
}

/**
 * Runs the method over and over, with each wait drawn from `[period, period * (1 + jitter))`.
 *
 * Counterpart of `wait.JitterUntil` in k8s.io/apimachinery v0.19.4. For the rest see {@link Until}.
 *
 * @param options - {@link JitterUntilOptions}, or a function of the instance that returns them.
 * @throws WaitError the same codes as {@link Until}.
 *
 * @example
 * ```ts
 * @Injectable()
 * class Outbox {
 *   constructor(private readonly config: ConfigService) {}
 *
 *   @JitterUntil((self) => ({ period: self.config.get('poll'), jitter: 1 }))
 *   flush(): void {}
 * }
 * ```
 */
export function JitterUntil<Self extends object>(
  options: OptionsOf<'JitterUntil', Self>,
): LoopDecorator<Self> {
  return loopDecorator('JitterUntil', options, arguments[1]);
}

/**
 * Runs the method over and over, one period from the start of a run to the start of the next.
 *
 * Counterpart of `wait.NonSlidingUntil` in k8s.io/apimachinery v0.19.4. For the rest see {@link Until}.
 *
 * **Gotchas.** Runs never overlap. After a run that is longer than the period, the next follows at once.
 * Missed periods are not made up, and the periods count from there.
 *
 * @param options - {@link NonSlidingUntilOptions}, or the period alone, or a function of the instance that
 *   returns one of the two.
 * @throws WaitError the same codes as {@link Until}.
 */
export function NonSlidingUntil<Self extends object>(
  options: OptionsOf<'NonSlidingUntil', Self>,
): LoopDecorator<Self> {
  return loopDecorator('NonSlidingUntil', options, arguments[1]);
}

/**
 * Runs the method over and over, with waits that grow up to a bound and start over after a quiet time. A
 * backoff manager of your own may decide on the waits instead.
 *
 * Counterpart of `wait.BackoffUntil` in k8s.io/apimachinery v0.19.4. For the rest see {@link Until}.
 *
 * **Details.** The waits grow from run to run, however the runs end. Only time starts the growth over: a wait
 * and a run that together last longer than `reset`. The option `failureBackoff` of any loop grows by failures
 * instead, and the first success starts it over. Each character is 10 s: `o` of a run that succeeds, `x` of
 * one that fails, a space of waiting. No wait has jitter.
 *
 * ```text
 *                                          0m    1m    2m    3m    4m    5m    6m    7m    8m    9m
 * the database is away                                       ############                  ###
 * @Until('1m')                             o      o      o      x      x      o      o      x      o
 *   failureBackoff: true                   o      o      o      x      x            o      x      o
 *   failureBackoff: { initial: '10s' }     o      o      o      x x  x    o      o      o      o      o
 * @NonSlidingUntil('1m')                   o     o     o     x     x     o     o     o     x     o
 *   failureBackoff: true                   o     o     o     x      x            o     o     x      o
 * @BackoffUntil({ initial: '10s' })        o o  o   o   o   o   x   x   x   o   o   o   o   x   o   o
 *   for a watch                            oooooooooooooooooo x  x   x   oooooooooooooooooo x  oooooooo
 * ```
 *
 * **Gotchas.** It is for a run that normally lasts, such as a watch. A poll soon waits for `max` every time,
 * although all of its runs succeed.
 *
 * @param options - {@link BackoffUntilOptions}, or a function of the instance that returns them. The defaults
 *   are those of client-go's reflector.
 * @throws WaitError the same codes as {@link Until}.
 *
 * @example
 * ```ts
 * @Injectable()
 * class Reflector {
 *   @BackoffUntil({ initial: '800ms', max: '30s', reset: '2m', factor: 2, jitter: 1 })
 *   async listAndWatch(signal: AbortSignal): Promise<void> {}
 * }
 * ```
 */
export function BackoffUntil<Self extends object>(
  options: OptionsOf<'BackoffUntil', Self>,
): LoopDecorator<Self> {
  return loopDecorator('BackoffUntil', options, arguments[1]);
}

/**
 * Runs the method over and over, with a fixed wait between runs, for as long as the process lives.
 *
 * Counterpart of `wait.Forever` in k8s.io/apimachinery v0.19.4. For the rest see {@link Until}.
 *
 * **Gotchas.** Shutdown does not end it: it goes on while the application closes, and after that. Its timer
 * does not hold the process open.
 *
 * @param options - {@link ForeverOptions}, or the period alone, or a function of the instance that returns
 *   one of the two.
 * @throws WaitError the same codes as {@link Until}.
 */
export function Forever<Self extends object>(options: OptionsOf<'Forever', Self>): LoopDecorator<Self> {
  return loopDecorator('Forever', options, arguments[1]);
}

/** @param key - The second argument, which is given only if the decorator is used without parentheses. */
function loopDecorator(kind: LoopKind, input: unknown, key: unknown): LoopDecorator {
  requireParentheses(kind, [input, key]);
  return (target: object, method: string | symbol, descriptor: PropertyDescriptor) => {
    const name = requireMethod(kind, [target, method, descriptor]);
    if (!isRunnable(input)) {
      resolveLoop(kind, name, input); // a mistake throws here, where the class is defined
    }
    declareLoop(target, { kind, method, input });
  };
}
