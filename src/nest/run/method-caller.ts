import type { LoopFunction } from '../declare/loop.options.js';
import type { RunSignals } from './loop-body.js';

/**
 * Calls a method of a provider. It is looked up for every call, so that spies and proxies are seen, and it
 * gets a signal only if it might look at one.
 */
export class MethodCaller {
  private lastMethod: LoopFunction | undefined;
  private takesSignal = false;

  constructor(private readonly key: string | symbol) {}

  call(instance: object, signals: RunSignals): unknown {
    const method = (instance as Readonly<Record<string | symbol, LoopFunction>>)[this.key] as LoopFunction;
    if (method !== this.lastMethod) {
      this.lastMethod = method;
      this.takesSignal = mayTakeParameter(method);
    }
    return method.call(instance, (this.takesSignal ? signals.newSignal() : undefined) as AbortSignal);
  }
}

/**
 * Tells whether a function might look at an argument. Its `length` alone does not tell: it is 0 for rest and
 * default parameters, for the wrappers that other decorators and spies put around a method, and for bound
 * functions. Only a source text with an empty parameter list and without `arguments` is sure.
 */
export function mayTakeParameter(f: LoopFunction): boolean {
  if (f.length > 0) {
    return true;
  }
  const source = Function.prototype.toString.call(f);
  return !/^[^(]*\(\s*\)/.test(source) || /\barguments\b|\[native code\]/.test(source);
}
