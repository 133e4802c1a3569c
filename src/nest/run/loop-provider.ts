import { ContextIdFactory, ModuleRef, type DiscoveryService } from '@nestjs/core';
import { WaitError, type WaitErrorCode } from '../../core/errors.js';
import { hasMethods } from '../../core/values/has-methods.js';
import { show } from '../../core/values/show.js';
import type { LoopKind } from '../declare/loop.options.js';
import type { RequestContext } from '../declare/wait.options.js';

/** What Nest keeps about a provider or a controller. */
export type InstanceWrapper = ReturnType<DiscoveryService['getProviders']>[number];

interface NamedLoop {
  readonly name: string;
  readonly kind: LoopKind;
}

const NO_REQUEST =
  ' A loop has no request: REQUEST is undefined in its provider. Make one with WaitModule.forRoot({ requestContext: (loop) => … }).';

/** Makes the instances of the provider that loops belong to, and calls their options functions. */
export class LoopProvider {
  /** Whether it has no instance outside of a request. A transient provider has one for all of its loops. */
  readonly isScoped: boolean;

  constructor(
    private readonly wrapper: InstanceWrapper,
    private readonly requestContext: RequestContext | undefined,
  ) {
    this.isScoped = !wrapper.isDependencyTreeStatic();
  }

  /** Whether each run gets a new instance. A durable provider has one instance for each tenant. */
  get isFreshPerRun(): boolean {
    const isOfTenant = this.wrapper.isDependencyTreeDurable() && this.requestContext !== undefined;
    return this.isScoped && !isOfTenant;
  }

  /**
   * Returns an instance. A request-scoped provider is made in a new context, and a transient one with the
   * loop as its consumer. For a durable provider, it is the instance of the tenant that the user's
   * `ContextIdStrategy` chooses.
   *
   * @throws WaitError `WAIT_ERR_INVALID_TARGET` when the instance cannot be made, and
   *   `WAIT_ERR_INVALID_OPTION` when `requestContext` fails or does not return an object. The error names the
   *   loop.
   */
  async resolve(loop: NamedLoop): Promise<object> {
    const request = this.isScoped ? this.newRequest(loop) : undefined;
    try {
      const moduleRef = this.wrapper.host?.getProviderByKey<ModuleRef>(ModuleRef).instance as ModuleRef;
      const contextId = request ? this.contextOf(request, moduleRef) : ContextIdFactory.create();
      return await moduleRef.resolve<object>(this.wrapper.token as string, contextId, { strict: true });
    } catch (error) {
      throw this.failure('WAIT_ERR_INVALID_TARGET', `${loop.name}: its provider could not be made`, error);
    }
  }

  /**
   * Calls an options function.
   *
   * @throws WaitError `WAIT_ERR_INVALID_OPTION` when it throws, naming the loop.
   */
  options(loop: string, input: unknown, instance: object | undefined): unknown {
    if (typeof input !== 'function') {
      return input;
    }
    try {
      return input(instance) as unknown;
    } catch (error) {
      throw this.failure('WAIT_ERR_INVALID_OPTION', `${loop}: its options function failed`, error);
    }
  }

  private newRequest({ name, kind }: NamedLoop): object | undefined {
    if (this.requestContext === undefined) {
      return undefined;
    }
    const what = `${name}: requestContext of WaitModule.forRoot`;
    let request: unknown;
    try {
      request = this.requestContext({ name, kind });
    } catch (error) {
      throw new WaitError('WAIT_ERR_INVALID_OPTION', `${what} failed: ${show(error)}.`, { cause: error });
    }
    if (typeof request !== 'object' || request === null || hasMethods(request, 'then')) {
      throw new WaitError(
        'WAIT_ERR_INVALID_OPTION',
        `${what} must return an object that is not a promise, but returned ${show(request)}.`,
      );
    }
    return request;
  }

  /**
   * Makes the context of a request as Nest's router does, with one difference: the request does not refer to
   * the context. So `ContextIdFactory.getByRequest(request)` in a provider makes another context.
   */
  private contextOf(request: object, moduleRef: ModuleRef): ReturnType<typeof ContextIdFactory.create> {
    const contextId = ContextIdFactory.getByRequest(request);
    const { payload } = contextId;
    const value = this.wrapper.isDependencyTreeDurable()
      ? (payload ?? request)
      : Object.assign(request, payload);
    moduleRef.registerRequestByContextId(value, contextId);
    return contextId;
  }

  private failure(code: WaitErrorCode, what: string, cause: unknown): WaitError {
    const hint = this.isScoped && this.requestContext === undefined ? NO_REQUEST : '';
    return new WaitError(code, `${what}: ${show(cause)}.${hint}`, { cause });
  }
}
