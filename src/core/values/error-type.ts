import type { WaitErrorCode } from '../errors.js';
import { summaryOf } from './error-text.js';

/** What monitoring calls an error without a usable type. The name is that of OpenTelemetry. */
export const OTHER_TYPE = '_OTHER';

const NOTHING_THROWN: WaitErrorCode = 'WAIT_ERR_NOTHING_THROWN';

/**
 * Returns the type of a thrown value, for monitoring: its code, such as `ECONNREFUSED`, or else its name.
 * A text that cannot be a type, such as a message, counts as `_OTHER`.
 *
 * **Gotchas.** A library may make up a code or a name for each error. Whoever keeps types must limit how many.
 */
export function errorTypeOf(thrown: unknown): string {
  if (thrown === undefined || thrown === null) {
    return NOTHING_THROWN;
  }
  const { name, code } = summaryOf(thrown);
  if (typeof code === 'string' && /^[A-Z][A-Z0-9_]{2,60}$/.test(code)) {
    return code;
  }
  return /^[A-Za-z_$][\w$.]{0,60}$/.test(name) ? name : OTHER_TYPE;
}
