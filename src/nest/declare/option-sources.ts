import type { Written } from '../../core/options/read-options.js';

/** Where an option may come from that the decorator, or the call of the service, does not write. */
type OtherSource = 'loops' | 'defaults' | 'update';

/** Where an option of a loop comes from. `service`: from the call that started the loop at run time. */
export type OptionSource = 'decorator' | 'service' | OtherSource;

/** Says of some options where they come from. All others are written where the loop is. */
export type OptionSources = Readonly<Record<string, OtherSource>>;

/** Most loops share the object that says that everything is written where the loop is. */
export const WRITTEN_AT_LOOP: OptionSources = {};

/** Adds what is written somewhere else, which replaces what was written before. */
export function withSource(sources: OptionSources, from: OtherSource, written: Written): OptionSources {
  const added = Object.keys(written).map((option) => [option, from] as const);
  return added.length === 0 ? sources : { ...sources, ...Object.fromEntries(added) };
}
