import { summaryOf } from './error-text.js';

/** What monitoring calls an error without a usable type. The name is that of OpenTelemetry. */
const NO_TYPE = '_OTHER';

/**
 * Returns the type of a thrown value, for metrics: its code, such as `ECONNREFUSED`, or else its name. There
 * are only a few of them, since a text that looks made up for one error counts as `_OTHER`.
 */
export function errorTypeOf(thrown: unknown): string {
  const { name, code } = summaryOf(thrown);
  if (typeof code === 'string' && /^[A-Z][A-Z0-9_]{2,60}$/.test(code)) {
    return code;
  }
  return /^[A-Za-z_$][\w$.]{0,60}$/.test(name) ? name : NO_TYPE;
}
