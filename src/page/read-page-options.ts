import { WaitError } from '../core/errors.js';
import { OptionReader } from '../core/options/option-reader.js';
import { readOptions, refuseUnknown } from '../core/options/read-options.js';
import { requireModuleOptions } from '../nest/declare/module-options.js';
import { PAGE_MODULE, type PageAccessFunction, type WaitPageSettings } from './page.options.js';
import { PLACEMENT_NAMES, type PagePlacement } from './page-placement.js';

/** The options, checked, with every default filled in. */
export interface ResolvedPageOptions {
  readonly access: PageAccessFunction;
  readonly title: string;
  /** Milliseconds. */
  readonly refresh: number;
  readonly history: number;
  readonly showErrors: boolean;
}

const MODULE = PAGE_MODULE.module;

/** The names of the options that a factory may make. */
export const OPTION_NAMES: readonly string[] = [
  'access',
  'allowUnguarded',
  'title',
  'refresh',
  'history',
  'showErrors',
] satisfies readonly (keyof WaitPageSettings)[];
const SHORTEST_REFRESH = 1000;
const LONGEST_REFRESH = 3_600_000;
const MOST_HISTORY = 100;
const onlyLook: PageAccessFunction = () => 'read';

/**
 * Checks the options, and fills in the defaults.
 *
 * @throws WaitError `WAIT_ERR_INVALID_OPTION` or `WAIT_ERR_INVALID_DURATION`, naming the option and the
 *   value.
 */
export function readPageOptions(options: unknown, placement: PagePlacement): ResolvedPageOptions {
  const { isAsync } = placement;
  const owner = `${MODULE}.${isAsync ? 'forRootAsync' : 'forRoot'}`;
  const object = requireModuleOptions(PAGE_MODULE, options, isAsync);
  if (isAsync) {
    refusePlacement(owner, object);
  }
  refuseUnknown(owner, MODULE, object, isAsync ? OPTION_NAMES : [...OPTION_NAMES, ...PLACEMENT_NAMES]);
  const reader = new OptionReader(owner, readOptions(owner, object, OPTION_NAMES));
  return {
    access: accessOf(reader, placement),
    title: reader.string('title', 'Loops'),
    refresh: refreshOf(reader),
    history: reader.count('history', 30, MOST_HISTORY),
    showErrors: reader.boolean('showErrors', false),
  };
}

/** Refuses what a factory returns too late: Nest has already made the controller then. */
function refusePlacement(owner: string, options: object): void {
  const [late] = Object.keys(readOptions(owner, options, PLACEMENT_NAMES));
  if (late !== undefined) {
    throw new WaitError(
      'WAIT_ERR_INVALID_OPTION',
      `${owner}: ${late} has no effect in the options that a factory makes, since Nest needs it before. Write it beside the factory: forRootAsync({ useFactory, ${late} }).`,
    );
  }
}

function accessOf(reader: OptionReader, { guards, isAsync }: PagePlacement): PageAccessFunction {
  const written = reader.value('access');
  if (written === 'all' || written === 'read') {
    reader.refuse('access', 'a function', `Write access: () => '${written}'.`);
  }
  const access = reader.function('access') as PageAccessFunction | undefined;
  const isOpen = reader.boolean('allowUnguarded', false);
  if (access === undefined && guards.length === 0 && !isOpen) {
    const remedy = isAsync
      ? "Write { guards: [AdminGuard] } beside the factory, or return { access: (context) => 'read' } from it"
      : "Give it { guards: [AdminGuard] } or { access: (context) => 'read' }";
    throw new WaitError(
      'WAIT_ERR_INVALID_OPTION',
      `${isAsync ? reader.owner : MODULE} has neither guards nor access, so that everybody could see the page. ${remedy}, or { allowUnguarded: true } if everybody may.`,
    );
  }
  return access ?? onlyLook;
}

function refreshOf(reader: OptionReader): number {
  const refresh = reader.milliseconds('refresh', 2000);
  if (refresh >= SHORTEST_REFRESH && refresh <= LONGEST_REFRESH) {
    return refresh;
  }
  const isNumber = typeof reader.value('refresh') === 'number';
  return reader.refuse(
    'refresh',
    'from 1s to 1h',
    isNumber ? "A number is in milliseconds; for seconds, write '2s'." : '',
  );
}
