import type { PageOption } from '../../page-data.js';

type OptionSource = PageOption['from'];

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
