import { summaryOf } from '../../core/values/error-text.js';

/**
 * Makes `JSON.stringify` write a summary of an error instead of the error.
 *
 * @param member - The name of the member that has the error.
 */
export function withErrorInJson<T extends object>(object: T, member: keyof T): T {
  const toJSON = (): object => ({ ...object, [member]: summaryOf(object[member]) });
  return Object.defineProperty(object, 'toJSON', { value: toJSON });
}
