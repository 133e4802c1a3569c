import { ContextIdFactory, ModuleRef, type DiscoveryService } from '@nestjs/core';
import { WaitError, type WaitErrorCode } from '../../core/errors.js';
import { hasMethods } from '../../core/values/has-methods.js';
import { show } from '../../core/values/show.js';
import type { LoopKind } from '../declare/loop.options.js';
import type { RequestContext } from '../declare/wait.options.js';

export type InstanceWrapper = ReturnType<DiscoveryService['getProviders']>[number];

interface NamedLoop {
  readonly name: string;
  readonly kind: LoopKind;
}

const NO_REQUEST =
  ' A loop has no request: REQUEST is undefined in its provider. Make one with WaitModule.forRoot({ requestContext: (loop) => … }).';

/** The provider that loops belong to: makes its instances, and asks them for options. */
export class LoopProvider {
  /** Whether it has no instance outside of a request. A transient one has one for all of its loops. */
  readonly isScoped: boolean;

  constructor(
    private readonly wrapper: InstanceWrapper,
    private readonly requestContext: RequestContext | undefined,
  ) {
    this.isScoped = !wrapper.isDependencyTreeStatic();
  }

  /** Whether each run has an instance of its own. A durable provider has one for each tenant. */
  get isFreshPerRun(): boolean {
    const isOfTenant = this.wrapper.isDependencyTreeDurable() && this.requestContext !== undefined;
    return this.isScoped && !isOfTenant;
  }

  /**
   * Makes an instance: of a request-scoped provider in a context of its own, and of a transient one with the
   * loop as its consumer. A durable provider has that of the tenant, as the user's `ContextIdStrategy` says.
   *
   * @throws WaitError `WAIT_ERR_INVALID_TARGET` when that fails, and `WAIT_ERR_INVALID_OPTION` when
   *   `requestContext` makes no request, naming the loop.
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
        `${what} must return an object, and no promise, not ${show(request)}.`,
      );
    }
    return request;
  }

  /**
   * As Nest's router does it, but for one thing: the request does not lead back to this context, so that
   * `ContextIdFactory.getByRequest(request)` in a provider makes another one.
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
