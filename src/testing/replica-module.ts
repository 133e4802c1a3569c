import type { DynamicModule, INestApplicationContext, Type } from '@nestjs/common';
import { hasMethods } from '../core/values/has-methods.js';
import { loadPackage } from '../leader-election/load-package.js';
import type { ReplicaClock } from './replica-clock.js';

/**
 * What a cluster needs of a `TestingModuleBuilder`, which `Test.createTestingModule` returns.
 *
 * No counterpart in Kubernetes.
 */
export interface ReplicaBuilder {
  overrideProvider(token: symbol): { useValue(value: unknown): unknown };
  compile(): Promise<INestApplicationContext>;
}

/**
 * An application that a replica boots: its root module, or a `TestingModuleBuilder` that replaces some of its
 * providers.
 *
 * No counterpart in Kubernetes.
 */
export type ReplicaModule = Type | DynamicModule | ReplicaBuilder;

/**
 * Returns the application of a replica. It is called each time the replica boots.
 *
 * No counterpart in Kubernetes.
 *
 * **Gotchas.** A builder holds one application, so make a new one in each call.
 *
 * @param replica - The replica's number, from 0 up.
 * @param clock - The replica's clock, which its loops use too. What stands for the outside world takes time
 *   with `clock.sleep`, so that it stops when the replica does.
 */
export type ReplicaFactory = (replica: number, clock: ReplicaClock) => ReplicaModule | Promise<ReplicaModule>;

/** Tells whether a value is a class, a dynamic module or a builder. */
export function isReplicaModule(value: unknown): value is ReplicaModule {
  return typeof value === 'function' || hasMethods(value, 'module') || isBuilder(value);
}

/**
 * Makes a builder of a module.
 *
 * @throws WaitError `WAIT_ERR_MISSING_PACKAGE` (a rejection) when `@nestjs/testing` is not installed.
 */
export async function builderOf(module: ReplicaModule): Promise<ReplicaBuilder> {
  if (isBuilder(module)) {
    return module;
  }
  const { Test } = await loadPackage('FakeCluster', {
    // oxlint-disable-next-line no-restricted-imports -- it is loaded only when it is needed
    '@nestjs/testing': () => import('@nestjs/testing'),
  });
  return Test.createTestingModule({ imports: [module] });
}

function isBuilder(value: unknown): value is ReplicaBuilder {
  return hasMethods(value, 'overrideProvider', 'compile');
}
