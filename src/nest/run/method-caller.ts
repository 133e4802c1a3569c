import { requireRunnable } from '../../core/values/runnable.js';
import type { LoopFunction } from '../declare/loop.options.js';
import type { RunSignals } from './loop-body.js';

/**
 * Calls a method of a provider. The method is looked up for every call, so that a spy or a proxy takes
 * effect. It gets a signal only if it might use one. When the method no longer exists, the run fails.
 */
export class MethodCaller {
  private lastMethod: unknown = this;
  private takesSignal = false;

  constructor(
    private readonly loop: string,
    private readonly key: string | symbol,
  ) {}

  call(instance: object, signals: RunSignals): unknown {
    const method = (instance as Readonly<Record<string | symbol, LoopFunction>>)[this.key] as LoopFunction;
    if (method !== this.lastMethod) {
      requireRunnable(method, `${this.loop}: the method ${String(this.key)} must be a function`);
      this.lastMethod = method;
      this.takesSignal = mayTakeParameter(method);
    }
    return method.call(instance, (this.takesSignal ? signals.signal : undefined) as AbortSignal);
  }
}

/**
 * Tells whether a function might use an argument. Its `length` does not say that. It is 0 for rest and
 * default parameters, for the wrappers that other decorators and spies put around a method, and for bound
 * functions. The answer is no only if the source begins with a plain name and an empty parameter list, and
 * has no `arguments`. The name of a method may be any expression, and comments may be anywhere.
 */
export function mayTakeParameter(f: LoopFunction): boolean {
  const source = Function.prototype.toString.call(f);
  return !WITHOUT_PARAMETERS.test(source) || /\barguments\b|\[native code\]/.test(source);
}

const WITHOUT_PARAMETERS = /^(?:async\s+)?(?:function\b\s*)?[\w$]*\s*\(\s*\)/;
