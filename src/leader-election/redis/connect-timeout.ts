const LONGEST = 3000;

/**
 * Returns how long a connection may take, in milliseconds. It is shorter than the elector's limit for a call,
 * which would hide where the connection went.
 *
 * @param users - What the user has set. 0 and `undefined` mean no limit.
 */
export function connectTimeout(users?: number): number {
  return Math.min(users || LONGEST, LONGEST);
}
