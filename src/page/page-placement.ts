import type { CanActivate, ModuleMetadata, Type } from '@nestjs/common';
import { OptionReader } from '../core/options/option-reader.js';
import { readOptions } from '../core/options/read-options.js';
import { hasMethods } from '../core/values/has-methods.js';
import { listOf } from '../core/values/list-of.js';
import type { WaitPagePlacement } from './page.options.js';

/** Token of the {@link PagePlacement}. */
export const WAIT_PAGE_PLACEMENT: unique symbol = Symbol.for('nestjs-wait/page-placement');

/** What Nest has to know of the page before it makes the options. */
export interface PagePlacement {
  /** Whether a factory makes the other options. */
  readonly isAsync: boolean;
  readonly path: string;
  readonly guards: readonly (Type<CanActivate> | CanActivate)[];
  readonly imports: NonNullable<ModuleMetadata['imports']>;
}

export const PLACEMENT_NAMES: readonly string[] = [
  'path',
  'guards',
  'imports',
] satisfies readonly (keyof WaitPagePlacement)[];

/**
 * Checks where the page is and what guards it, and fills in the defaults.
 *
 * @param owner - Names the owner of the options in the error.
 * @throws WaitError `WAIT_ERR_INVALID_OPTION`, naming the option and the value.
 */
export function readPlacement(owner: string, options: object, isAsync: boolean): PagePlacement {
  const reader = new OptionReader(owner, readOptions(owner, options, PLACEMENT_NAMES));
  return {
    isAsync,
    path: pathOf(reader),
    guards: guardsOf(reader),
    imports: (listOf(reader.value('imports', [])) ?? reader.refuse('imports', 'a list of modules')) as [],
  };
}

function pathOf(reader: OptionReader): string {
  const path = reader.value('path', 'loops');
  const segments = typeof path === 'string' ? path.replace(/^\/+|\/+$/g, '').split('/') : [''];
  // A browser would leave out a segment of dots.
  return segments.every((segment) => /^[\w.~-]+$/.test(segment) && !/^\.\.?$/.test(segment))
    ? segments.join('/')
    : reader.refuse('path', "a path of letters, digits and the characters - . _ ~ /, such as 'admin/loops'");
}

function guardsOf(reader: OptionReader): PagePlacement['guards'] {
  const written = reader.value('guards', []);
  const guards = listOf(written) as PagePlacement['guards'] | undefined;
  return guards?.every(isGuard)
    ? guards
    : reader.refuse(
        'guards',
        'a list of classes or objects with a method canActivate()',
        isGuard(written) ? 'Write guards: [AdminGuard].' : '',
      );
}

function isGuard(value: unknown): boolean {
  return (
    hasMethods(value, 'canActivate') || hasMethods((value as Partial<Type> | null)?.prototype, 'canActivate')
  );
}
