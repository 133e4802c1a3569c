import { read } from '../../core/values/error-text.js';
import { hasMethods } from '../../core/values/has-methods.js';

const COUNTS = ['totalCount', 'idleCount', 'waitingCount'];

/**
 * Tells a `Pool` of `pg` from any other object. Its class would not do: there may be several copies of `pg`.
 */
export function isPool(value: object): boolean {
  return hasMethods(value, 'connect') && COUNTS.every((count) => typeof read(value, count) === 'number');
}
