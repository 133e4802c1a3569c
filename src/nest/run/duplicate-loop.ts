import { WaitError } from '../../core/errors.js';
import { minifierHint } from '../declare/class-name.js';
import type { LoopDefinition } from './loop-definition.js';

const FROM_THE_INSTANCE = 'make the name from the instance: (self) => ({ name: self.name, … })';

/**
 * Refuses two decorated loops with the same name. It says why there are two, since the remedy depends on
 * that.
 *
 * @throws WaitError `WAIT_ERR_DUPLICATE_LOOP`.
 */
export function refuseDuplicates(definitions: readonly LoopDefinition[]): void {
  const named = new Map<string, LoopDefinition>();
  for (const definition of definitions) {
    const { name } = definition.spec;
    const other = named.get(name);
    if (other !== undefined) {
      throw new WaitError(
        'WAIT_ERR_DUPLICATE_LOOP',
        `Two loops are named '${name}': ${why(other, definition)}`,
      );
    }
    named.set(name, definition);
  }
}

function why({ origin: one }: LoopDefinition, { origin: two }: LoopDefinition): string {
  const { className = '(anonymous class)', module, place } = one;
  if (place !== two.place) {
    return `${place} and ${two.place}. Change one of the two names.`;
  }
  if (one.prototype !== two.prototype) {
    const where = module === two.module ? `both in ${module}` : `in ${module} and in ${two.module}`;
    return `two classes are called ${className}, ${where}. Give one of the loops a name of its own: { name: '…' }.${minifierHint([className])}`;
  }
  if (module === two.module) {
    return `${module} has two instances of ${className}. Give one of them a name of its own: ${FROM_THE_INSTANCE}.`;
  }
  return one.isController
    ? `the modules ${module} and ${two.module} both have the controller ${className}, each with an instance of its own. Keep it in one of them.`
    : `the modules ${module} and ${two.module} both provide ${className}, each with an instance of its own. Provide it once, and export it; if there are to be two, ${FROM_THE_INSTANCE}.`;
}
