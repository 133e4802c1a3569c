import type { Type } from '@nestjs/common';
import type { ModulesContainer } from '@nestjs/core';

/**
 * Makes a module's hooks run last at start and first at shutdown.
 *
 * Nest sorts modules by `distance`, the length of the longest import path from the root module (which has 1):
 * the farthest module is started first and destroyed last. A global module gets the largest distance of all,
 * since the others may use it while they start. For loops this is the wrong way round: they use the others,
 * so they must start when every other module is ready, and must have ended before any other module closes its
 * database. Zero comes after the root module, and what is below it comes after WaitModule.
 *
 * Nest sorts once, before the first hook. The constructor of a module or a provider is early enough.
 *
 * @param distance - 0 for WaitModule, and -1 for what must know of the shutdown before it drains the loops.
 */
export function startLastStopFirst(modules: ModulesContainer, module: Type, distance: 0 | -1): void {
  for (const moduleRef of modules.values()) {
    if (moduleRef.metatype === module) {
      moduleRef.distance = distance;
    }
  }
}
