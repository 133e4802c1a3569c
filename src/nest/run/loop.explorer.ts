import { DiscoveryService, type ModulesContainer } from '@nestjs/core';
import { WaitError } from '../../core/errors.js';
import { classNameOf } from '../declare/class-name.js';
import { hasLoops, loopDeclarations } from '../declare/loop.metadata.js';
import { resolveLoop, type LoopSpec } from '../declare/resolve-loop.js';
import type { ResolvedWaitOptions } from '../declare/wait.settings.js';
import { refuseDuplicates } from './duplicate-loop.js';
import type { LoopBody, RunSignals } from './loop-body.js';
import type { LoopDefinition, LoopOrigin } from './loop-definition.js';
import { LoopProvider, type InstanceWrapper } from './loop-provider.js';
import { MethodCaller } from './method-caller.js';
import { checkOverrides } from './unknown-loop.js';

/** Finds the decorated methods of all providers and controllers. It starts nothing. */
export class LoopExplorer {
  // It is not injected, since in a small application the DiscoveryModule takes longer to boot than the
  // search.
  private readonly discovery: DiscoveryService;

  constructor(
    modules: ModulesContainer,
    private readonly settings: Pick<ResolvedWaitOptions, 'enabled' | 'loops' | 'defaults' | 'requestContext'>,
  ) {
    this.discovery = new DiscoveryService(modules);
  }

  /**
   * Returns all decorated loops.
   *
   * @param warn - Receives a sentence about what may be a mistake.
   * @throws WaitError `WAIT_ERR_UNKNOWN_LOOP` for an override that fits no loop; `WAIT_ERR_DUPLICATE_LOOP`
   *   when two loops have the same name; the code of a mistake in a loop's options.
   */
  async explore(warn: (text: string) => void): Promise<LoopDefinition[]> {
    const definitions: LoopDefinition[] = [];
    const seen = new Set<unknown>();
    for (const wrapper of [...this.discovery.getProviders(), ...this.discovery.getControllers()]) {
      const prototype = prototypeOf(wrapper);
      if (prototype === null || !hasLoops(prototype) || wrapper.isAlias) {
        continue;
      }
      // One instance may be provided under several tokens, but its loops run once. A scoped provider has no
      // instance yet, so its wrapper identifies it.
      const identity = isSingleton(wrapper) ? wrapper.instance : wrapper;
      if (!seen.has(identity)) {
        seen.add(identity);
        definitions.push(...(await this.definitionsOf(wrapper, prototype)));
      }
    }
    checkOverrides(this.settings.loops, definitions, warn);
    refuseDuplicates(definitions);
    return definitions;
  }

  private async definitionsOf(wrapper: InstanceWrapper, prototype: object): Promise<LoopDefinition[]> {
    const { enabled, requestContext } = this.settings;
    const provider = new LoopProvider(wrapper, requestContext);
    let instance = isSingleton(wrapper) ? (wrapper.instance as object) : undefined;
    const timesSeen = new Map<string | symbol, number>();
    const definitions: LoopDefinition[] = [];
    for (const { kind, method, input } of loopDeclarations(prototype)) {
      const nth = (timesSeen.get(method) ?? 0) + 1;
      timesSeen.set(method, nth);
      const origin = originOf(wrapper, prototype, `${String(method)}${nth > 1 ? `/${nth}` : ''}`);
      const { place } = origin;
      let spec = typeof input === 'function' ? undefined : resolveLoop(kind, place, input, this.settings);
      // A disabled loop needs no instance. In a test, for example, the instance may be impossible to make.
      const isWanted = spec === undefined || (enabled && spec.enabled);
      if (isWanted && (instance === undefined || provider.isScoped)) {
        instance = await provider.resolve({ name: spec?.name ?? place, kind });
      }
      spec ??= resolveLoop(kind, place, provider.options(place, input, instance), this.settings);
      requireName(spec, origin);
      const caller = new MethodCaller(spec.name, method);
      const body = provider.isScoped
        ? new FreshBody(provider, caller, spec)
        : new BoundBody(instance as object, caller);
      definitions.push({ spec, origin, body });
    }
    return definitions;
  }
}

function isSingleton(wrapper: InstanceWrapper): boolean {
  return wrapper.isDependencyTreeStatic() && !wrapper.isTransient;
}

/**
 * Returns the prototype on which a provider's loops are declared; `null` for values without a class. It reads
 * no property of the provider, so that no getter runs.
 */
function prototypeOf(wrapper: InstanceWrapper): object | null {
  if (!isSingleton(wrapper)) {
    return (wrapper.metatype as { prototype?: object } | null)?.prototype ?? null;
  }
  const instance: unknown = wrapper.instance;
  const isObject = (typeof instance === 'object' && instance !== null) || typeof instance === 'function';
  return isObject ? (Object.getPrototypeOf(instance) as object | null) : null;
}

/** A method of one instance, for every run and every worker. */
class BoundBody implements LoopBody {
  constructor(
    private readonly instance: object,
    private readonly method: MethodCaller,
  ) {}

  run(signals: RunSignals): unknown {
    return this.method.call(this.instance, signals);
  }
}

/** A method of an instance that is made for each run. */
class FreshBody implements LoopBody {
  readonly isFresh: boolean;

  constructor(
    private readonly provider: LoopProvider,
    private readonly method: MethodCaller,
    private readonly loop: LoopSpec,
  ) {
    this.isFresh = provider.isFreshPerRun;
  }

  async run(signals: RunSignals): Promise<unknown> {
    const instance = await this.provider.resolve(this.loop);
    signals.requireNotEnded();
    return this.method.call(instance, signals);
  }
}

function originOf(wrapper: InstanceWrapper, prototype: object, method: string): LoopOrigin {
  const { host, token } = wrapper;
  const className = classNameOf(prototype);
  return {
    place: `${className ?? '(anonymous class)'}.${method}`,
    prototype,
    className,
    module: host?.name ?? '',
    isController: host?.controllers.has(token) === true,
  };
}

function requireName({ name }: LoopSpec, { className, place }: LoopOrigin): void {
  if (className === undefined && name === place) {
    throw new WaitError(
      'WAIT_ERR_INVALID_OPTION',
      `${place}: neither the class nor one that it extends has a name, so the loop needs one: { name: '…' }.`,
    );
  }
}
