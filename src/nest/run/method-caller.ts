type Method = (...args: never[]) => unknown;

/** Calls a method of a provider late-bound, so that spies and proxies are seen, and with a signal only if it might look at one. */
export class MethodCaller {
  private lastMethod: Method | undefined;
  private takesSignal = false;

  constructor(private readonly key: string | symbol) {}

  /** @param loop - Has the signal. */
  call(instance: object, loop: { readonly signal: AbortSignal }): unknown {
    const method = (instance as Readonly<Record<string | symbol, Method>>)[this.key] as Method;
    if (method !== this.lastMethod) {
      this.lastMethod = method;
      this.takesSignal = mayTakeParameter(method);
    }
    return method.call(instance, (this.takesSignal ? loop.signal : undefined) as never);
  }
}

/**
 * Tells whether a method might look at an argument. `length` alone does not: it is 0 for rest and default parameters, for the wrappers that
 * other decorators and spies put around a method, and for bound functions; only a source text with an empty parameter list and no `arguments` is sure.
 */
export function mayTakeParameter(method: Method): boolean {
  if (method.length > 0) {
    return true;
  }
  const source = Function.prototype.toString.call(method);
  return !/^[^(]*\(\s*\)/.test(source) || /\barguments\b|\[native code\]/.test(source);
}
