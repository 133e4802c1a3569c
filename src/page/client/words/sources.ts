import type { OptionSource } from '../../page-data.js';

/** Says where an option is written. */
export function sourceWords(source: OptionSource): string {
  return WORDS[source];
}

const WORDS: Record<OptionSource, string> = {
  decorator: 'from the decorator',
  service: 'from BackoffUntilService',
  loops: 'from loops of WaitModule',
  defaults: 'from defaults of WaitModule',
  update: 'changed while running',
};
