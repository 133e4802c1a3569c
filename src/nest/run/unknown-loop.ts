import { WaitError } from '../../core/errors.js';
import { optionNames, readOptions } from '../../core/options/read-options.js';
import { minifierHint } from '../declare/class-name.js';
import type { LoopOverrides } from '../declare/loop.options.js';
import type { LoopDefinition } from './loop-definition.js';
import { nearMiss } from './near-miss.js';

/**
 * Refuses overrides that fit no loop. An override that only disables is not refused, since a test may have
 * replaced the provider by a mock. But its name may be misspelled, and then a loop runs. So there is a
 * warning.
 *
 * @param overrides - The module's `loops`, by name.
 * @param warn - Receives a sentence for each override that only disables.
 * @throws WaitError `WAIT_ERR_UNKNOWN_LOOP`.
 */
export function checkOverrides(
  overrides: Readonly<Record<string, LoopOverrides>>,
  definitions: readonly LoopDefinition[],
  warn: (text: string) => void,
): void {
  const names = definitions.map(({ spec }) => spec.name);
  for (const [name, override] of Object.entries(overrides)) {
    if (names.includes(name)) {
      continue;
    }
    const finding = `WaitModule.forRoot: loops['${name}'] fits no loop`;
    const near = nearMiss(name, names);
    const suggestion = near === undefined ? '.' : `; did you mean '${near}'?`;
    if (!onlyDisables(finding, override)) {
      const hint = minifierHint(definitions.map(({ origin }) => origin.className));
      throw new WaitError(
        'WAIT_ERR_UNKNOWN_LOOP',
        `${finding}${suggestion} The decorated loops are: ${names.join(', ') || 'none'}.${hint} ` +
          'If its provider was replaced by one without a class (a mock by useValue), leave the entry out.',
      );
    }
    warn(`${finding}, so that it disables nothing${suggestion}`);
  }
}

/** An option that is undefined, such as a missing setting, counts as not written. */
function onlyDisables(finding: string, override: LoopOverrides): boolean {
  const { enabled, ...more } = readOptions(finding, override, optionNames(finding, override));
  return enabled === false && Object.keys(more).length === 0;
}
