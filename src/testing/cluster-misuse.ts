import { WaitError } from '../core/errors.js';

/**
 * Makes the error of something that a `FakeCluster` cannot do.
 *
 * @param text - What was called, and what is wrong, as in `kill: replica 1 has ended already.`
 * @returns WaitError `WAIT_ERR_FAKE_CLUSTER`.
 */
export function clusterMisuse(text: string, options?: ErrorOptions): WaitError {
  return new WaitError('WAIT_ERR_FAKE_CLUSTER', `FakeCluster.${text}`, options);
}
