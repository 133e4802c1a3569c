import { WaitError } from '../../core/errors.js';
import { readOptions, refuseUnknown, requireOptions } from '../../core/options/read-options.js';
import { hasMethods } from '../../core/values/has-methods.js';
import { planOf } from './loop-plan.js';
import { FIXED_WHILE_RUNNING, updatable } from './option-names.js';
import { withSource } from './option-sources.js';
import type { LoopSpec } from './resolve-loop.js';

/**
 * Changes what plans and bounds the runs of a loop. All changes are checked before any of them counts. An
 * option that is undefined changes nothing.
 *
 * @param spec - The loop, which stays as it is.
 * @param overrides - The changes, as the user wrote them.
 * @returns The changed loop; `spec` itself if nothing is written.
 * @throws WaitError `WAIT_ERR_INVALID_OPTION` or `WAIT_ERR_INVALID_DURATION`, naming the loop, the option and
 *   the value.
 */
export function updateLoop(spec: LoopSpec, overrides: unknown): LoopSpec {
  const { kind, name } = spec;
  const owner = `${name}: update`;
  const remedy = hasMethods(overrides, 'then') ? 'Await it before.' : '';
  const options = requireOptions(overrides, `${owner} takes an options object`, remedy);
  const names = updatable(kind);
  const [fixed] = Object.keys(readOptions(owner, options, FIXED_WHILE_RUNNING));
  if (fixed !== undefined) {
    throw new WaitError(
      'WAIT_ERR_INVALID_OPTION',
      `${owner}: ${fixed} cannot be changed while the loop runs. These can: ${names.join(', ')}.`,
    );
  }
  refuseUnknown(owner, kind, options, names, FIXED_WHILE_RUNNING);
  const changes = readOptions(owner, options, names);
  if (Object.keys(changes).length === 0) {
    return spec;
  }
  const written = { ...spec.options, ...changes };
  const sources = withSource(spec.sources, 'update', changes);
  return { ...spec, ...planOf(kind, owner, name, written), sources };
}
