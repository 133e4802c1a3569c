import type { OptionReader } from '../../core/options/option-reader.js';

/** A monitoring system sends the name with every sample. */
const MOST_CHARACTERS = 200;

/**
 * Returns the name under which metrics count a loop; `undefined` if it is not written.
 *
 * @throws WaitError `WAIT_ERR_INVALID_OPTION` when it is not fit to be a label.
 */
export function metricsNameOf(options: OptionReader): string | undefined {
  const name = options.value('metricsName');
  if (name === undefined) {
    return undefined;
  }
  const refuse = (wanted: string): never => options.refuse('metricsName', wanted);
  if (typeof name !== 'string' || name.trim() === '') {
    return refuse('a string that is not blank');
  }
  if (/\p{Cc}/u.test(name)) {
    return refuse('a string without control characters, such as line breaks');
  }
  if (name.length > MOST_CHARACTERS) {
    return refuse(`a string of at most ${MOST_CHARACTERS} characters`);
  }
  return name.startsWith('_')
    ? refuse("a string that does not begin with '_', which is reserved for names such as '_dynamic'")
    : name;
}
