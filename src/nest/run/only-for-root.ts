import type { ValueProvider } from '@nestjs/common';
import type { ModulesContainer } from '@nestjs/core';
import { WaitError } from '../../core/errors.js';
import { OWN_FOLDER } from '../../core/values/own-folder.js';

/**
 * Token under which every `forRoot()` provides the folder of its copy of this package. All copies share this
 * symbol, since one copy does not know the classes of another.
 */
export const FOR_ROOT: unique symbol = Symbol.for('nestjs-wait/for-root');

/** Marks a `forRoot()` of this copy. */
export const forRootMark: ValueProvider<string> = {
  provide: FOR_ROOT,
  useValue: OWN_FOLDER ?? 'a place that is not known',
};

/**
 * Refuses a second `forRoot()` in the application, whether it belongs to this copy of the package or to
 * another.
 *
 * @throws WaitError `WAIT_ERR_FOR_ROOT`.
 */
export function refuseSecondForRoot(modules: ModulesContainer): void {
  const found = Array.from(modules.values()).filter(({ providers }) => providers.has(FOR_ROOT));
  const times = found.length;
  if (times < 2) {
    return;
  }
  // Copies are told apart by class and not by folder, since jest may load one file twice.
  const places = new Map(
    found.map(({ metatype, providers }) => [metatype, providers.get(FOR_ROOT)?.instance]),
  );
  const consequence = `so that every loop would run ${times} times`;
  const remedy = 'Import it once, in the root module: it is global.';
  throw new WaitError(
    'WAIT_ERR_FOR_ROOT',
    places.size === 1
      ? `WaitModule.forRoot() is imported ${times} times, ${consequence}. ${remedy}`
      : `WaitModule.forRoot() is imported from ${places.size} copies of nestjs-wait, ${[...places.values()].join(' and ')}, ` +
          `${consequence}. Keep one copy: npm dedupe, or a peerDependency in a library. ${remedy}`,
  );
}
