import { Injectable } from '@nestjs/common';
import { requireSignal } from '../../core/loop/loop-options.js';
import { functionName, requireRunnable } from '../../core/values/runnable.js';
import type { Duration } from '../../core/time/duration.js';
import type {
  BackoffUntilOptions,
  CommonLoopOptions,
  ForeverOptions,
  JitterUntilOptions,
  LoopFunction,
  LoopInput,
  LoopKind,
  NonSlidingUntilOptions,
  UntilOptions,
} from '../declare/loop.options.js';
import { resolveLoop } from '../declare/resolve-loop.js';
import { WaitSettings } from '../declare/wait.settings.js';
import { LoopLauncher } from '../run/loop.launcher.js';
import { LoopTable } from '../run/loop-table.js';
import type { LoopBody, RunSignals } from '../run/loop-body.js';
import { mayTakeParameter } from '../run/method-caller.js';
import type { LoopHandle } from './loop-handle.js';
import { LoopHandles } from './loop-handles.js';

/**
 * Starts loops at run time, with the decorators' options and with the application's shutdown as their stop
 * channel.
 *
 * **Details.** A loop that is started before the application has started begins together with the decorated
 * loops. A loop that is started later begins at once. A loop that is started during shutdown never runs,
 * except one of `forever`. Each runs in the asynchronous context (`AsyncLocalStorage`) in which it was
 * started. Without `name` a loop has the name of its function, such as `poll`. While that loop lives, the
 * next ones are `poll/2`, `poll/3` and so on. For a function without a name, the name is made up.
 *
 * **Gotchas.** All methods throw a `WaitError` for a mistake in the arguments, and for a name that is taken
 * (`WAIT_ERR_DUPLICATE_LOOP`). Then nothing is registered.
 *
 * @example
 * ```ts
 * const options = { name: `poll ${url}`, period: '10s', jitter: 1 };
 * const handle = loops.jitterUntil((signal) => poll(url, signal), options);
 * await handle.stop();
 * ```
 */
@Injectable()
export class BackoffUntilService {
  private unnamed = 0;

  /** @internal Nest makes the instance. */
  constructor(
    private readonly launcher: LoopLauncher,
    private readonly table: LoopTable,
    private readonly handles: LoopHandles,
    private readonly settings: WaitSettings,
  ) {}

  /**
   * Runs `f` over and over, and waits as a backoff manager says. Counterpart of `wait.BackoffUntil`; see
   * {@link BackoffUntil}.
   */
  backoffUntil(f: LoopFunction, options: BackoffUntilOptions): LoopHandle {
    return this.launch('BackoffUntil', f, options);
  }

  /**
   * Runs `f` over and over, and waits a randomly stretched period between runs. Counterpart of
   * `wait.JitterUntil`; see {@link JitterUntil}.
   */
  jitterUntil(f: LoopFunction, options: JitterUntilOptions): LoopHandle {
    return this.launch('JitterUntil', f, options);
  }

  /**
   * Runs `f` over and over, and waits a fixed time between runs. Counterpart of `wait.Until`; see {@link
   * Until}.
   */
  until(f: LoopFunction, options: UntilOptions | Duration): LoopHandle {
    return this.launch('Until', f, options);
  }

  /**
   * Runs `f` once per period, from start to start. Counterpart of `wait.NonSlidingUntil`; see {@link
   * NonSlidingUntil}.
   */
  nonSlidingUntil(f: LoopFunction, options: NonSlidingUntilOptions | Duration): LoopHandle {
    return this.launch('NonSlidingUntil', f, options);
  }

  /**
   * Runs `f` until the handle stops the loop. Shutdown does not end it, and its timer does not hold the
   * process open. Counterpart of `wait.Forever`; see {@link Forever}.
   */
  forever(f: LoopFunction, options: ForeverOptions | Duration): LoopHandle {
    return this.launch('Forever', f, options);
  }

  /** Does the same as {@link backoffUntil}, and ends the loop when `ctx` aborts. */
  backoffUntilWithContext(ctx: AbortSignal, f: LoopFunction, options: BackoffUntilOptions): LoopHandle {
    return this.launch('BackoffUntil', f, options, { ctx });
  }

  /**
   * Does the same as {@link jitterUntil}, and ends the loop when `ctx` aborts. Counterpart of
   * `wait.JitterUntilWithContext`.
   */
  jitterUntilWithContext(ctx: AbortSignal, f: LoopFunction, options: JitterUntilOptions): LoopHandle {
    return this.launch('JitterUntil', f, options, { ctx });
  }

  /**
   * Does the same as {@link until}, and ends the loop when `ctx` aborts. Counterpart of
   * `wait.UntilWithContext`.
   */
  untilWithContext(ctx: AbortSignal, f: LoopFunction, options: UntilOptions | Duration): LoopHandle {
    return this.launch('Until', f, options, { ctx });
  }

  /**
   * Does the same as {@link nonSlidingUntil}, and ends the loop when `ctx` aborts. Counterpart of
   * `wait.NonSlidingUntilWithContext`.
   */
  nonSlidingUntilWithContext(
    ctx: AbortSignal,
    f: LoopFunction,
    options: NonSlidingUntilOptions | Duration,
  ): LoopHandle {
    return this.launch('NonSlidingUntil', f, options, { ctx });
  }

  private launch<K extends LoopKind>(
    kind: K,
    f: LoopFunction,
    input: LoopInput<K>,
    context?: { readonly ctx: AbortSignal },
  ): LoopHandle {
    requireRunnable(f, `BackoffUntilService: ${kind} needs a function to run`);
    const defaultName = functionName(f) || `${kind}/${++this.unnamed}`;
    const resolved = resolveLoop(kind, defaultName, input, { defaults: this.settings.get().defaults });
    const isNamed = (input as CommonLoopOptions).name !== undefined;
    const name = isNamed ? resolved.name : this.table.freeName(resolved.name, resolved.workers);
    const spec = name === resolved.name ? resolved : { ...resolved, name };
    if (context !== undefined) {
      requireSignal(context.ctx, spec.name);
    }
    const loops = this.launcher.launch(spec, new FunctionBody(f), context?.ctx);
    return this.handles.of(spec.name, loops);
  }
}

class FunctionBody implements LoopBody {
  private readonly takesSignal: boolean;

  constructor(private readonly f: LoopFunction) {
    this.takesSignal = mayTakeParameter(f);
  }

  run(signals: RunSignals): unknown {
    const { f } = this;
    return f((this.takesSignal ? signals.signal : undefined) as AbortSignal);
  }
}
