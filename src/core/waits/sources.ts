import { OptionReader } from '../options/option-reader.js';
import { readOptions, requireOptions } from '../options/read-options.js';
import { requireClock, type Clock } from '../time/clock.js';
import { realClock } from '../time/real-clock.js';
import { realRandom, requireRandom, type Random } from './jitter.js';

/** What a backoff depends on. */
export interface Sources {
  readonly clock: Clock;
  readonly random: Random;
  /** What errors call the owner. */
  readonly name: string;
}

/**
 * Checks what a backoff depends on, and fills in the defaults. Unknown names are allowed, because the options
 * of a loop are also passed as the sources of its manager.
 *
 * @throws WaitError `WAIT_ERR_INVALID_OPTION`.
 */
export function readSources(owner: string, sources: Partial<Sources>): Sources {
  const object = requireOptions(sources, `${owner}: its sources must be an object`);
  const reader = new OptionReader(owner, readOptions(owner, object, ['clock', 'random', 'name']));
  const name = reader.string('name', owner);
  return {
    clock: requireClock(reader.value('clock', realClock), name),
    random: requireRandom(reader.value('random', realRandom), name),
    name,
  };
}
