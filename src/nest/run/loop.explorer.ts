import { ContextIdFactory, DiscoveryService, ModuleRef, type ModulesContainer } from '@nestjs/core';
import { WaitError } from '../../core/errors.js';
import { hasLoops, loopDeclarations } from '../declare/loop.metadata.js';
import type { LoopOverrides } from '../declare/loop.options.js';
import { resolveLoop, type LoopSpec } from '../declare/resolve-loop.js';
import type { LoopBody, RunSignals } from './loop-body.js';
import { MethodCaller } from './method-caller.js';

/** A decorated method, ready to become a loop. */
export interface LoopDefinition {
  readonly spec: LoopSpec;
  readonly body: LoopBody;
}

type InstanceWrapper = ReturnType<DiscoveryService['getProviders']>[number];

/** Finds the decorated methods of all providers and controllers. It starts nothing. */
export class LoopExplorer {
  // Not injected: in a small application the DiscoveryModule takes longer to boot than the search.
  private readonly discovery: DiscoveryService;

  constructor(modules: ModulesContainer) {
    this.discovery = new DiscoveryService(modules);
  }

  /**
   * @param overrides - The module's `loops`, by name.
   * @throws WaitError `WAIT_ERR_UNKNOWN_LOOP` for an override that fits no loop, and whatever is wrong with a
   *   loop's options.
   */
  async explore(overrides: Readonly<Record<string, LoopOverrides>>): Promise<LoopDefinition[]> {
    const definitions: LoopDefinition[] = [];
    const seen = new Set<unknown>();
    for (const wrapper of [...this.discovery.getProviders(), ...this.discovery.getControllers()]) {
      const prototype = prototypeOf(wrapper);
      if (prototype === null || !hasLoops(prototype) || wrapper.isAlias) {
        continue;
      }
      // One instance may be provided under several tokens. A scoped provider has no instance yet, so it
      // counts itself.
      const identity = isSingleton(wrapper) ? wrapper.instance : wrapper;
      if (!seen.has(identity)) {
        seen.add(identity);
        definitions.push(...(await this.definitionsOf(wrapper, prototype, overrides)));
      }
    }
    refuseUnknown(overrides, definitions);
    return definitions;
  }

  private async definitionsOf(
    wrapper: InstanceWrapper,
    prototype: object,
    overrides: Readonly<Record<string, LoopOverrides>>,
  ): Promise<LoopDefinition[]> {
    const declarations = loopDeclarations(prototype);
    const instance = isSingleton(wrapper) ? (wrapper.instance as object) : await resolveInstance(wrapper);
    const isFreshPerRun = !wrapper.isDependencyTreeStatic();
    const timesSeen = new Map<string | symbol, number>();
    return declarations.map(({ kind, method, input }) => {
      const nth = (timesSeen.get(method) ?? 0) + 1;
      timesSeen.set(method, nth);
      const defaultName = `${prototype.constructor.name}.${String(method)}${nth > 1 ? `/${nth}` : ''}`;
      const options = typeof input === 'function' ? (input(instance) as unknown) : input;
      return {
        spec: resolveLoop(kind, defaultName, options, overrides),
        body: isFreshPerRun ? new FreshBody(wrapper, method) : new BoundBody(instance, method),
      };
    });
  }
}

function isSingleton(wrapper: InstanceWrapper): boolean {
  return wrapper.isDependencyTreeStatic() && !wrapper.isTransient;
}

/**
 * The prototype on which a provider's loops are declared; `null` for values without a class. No property of
 * the provider is read, so no getter runs.
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
  private readonly method: MethodCaller;

  constructor(
    private readonly instance: object,
    key: string | symbol,
  ) {
    this.method = new MethodCaller(key);
  }

  run(signals: RunSignals): unknown {
    return this.method.call(this.instance, signals);
  }
}

/** A method of an instance that is made for each run. */
class FreshBody implements LoopBody {
  private readonly method: MethodCaller;

  constructor(
    private readonly wrapper: InstanceWrapper,
    key: string | symbol,
  ) {
    this.method = new MethodCaller(key);
  }

  async run(signals: RunSignals): Promise<unknown> {
    return this.method.call(await resolveInstance(this.wrapper), signals);
  }
}

/**
 * Makes a request-scoped provider in a context of its own, or a transient provider with the loop as its
 * consumer.
 */
async function resolveInstance(wrapper: InstanceWrapper): Promise<object> {
  const moduleRef = wrapper.host?.getProviderByKey<ModuleRef>(ModuleRef).instance as ModuleRef;
  return moduleRef.resolve<object>(wrapper.token as string, ContextIdFactory.create(), { strict: true });
}

function refuseUnknown(overrides: object, definitions: readonly LoopDefinition[]): void {
  const names = definitions.map(({ spec }) => spec.name);
  const unknown = Object.keys(overrides).find((name) => !names.includes(name));
  if (unknown !== undefined) {
    throw new WaitError(
      'WAIT_ERR_UNKNOWN_LOOP',
      `WaitModule.forRoot: loops['${unknown}'] fits no loop. The decorated loops are: ${names.join(', ') || 'none'}.`,
    );
  }
}
