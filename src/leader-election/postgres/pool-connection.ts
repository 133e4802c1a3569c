import { hasMethods } from '../../core/values/has-methods.js';
import type { PostgresPool, PostgresPoolClient } from './postgres-lock-options.js';

type Callback = (error: unknown, connection?: PostgresPoolClient) => void;

/**
 * Requests a connection of a pool. The connection has a listener to its errors from the first moment on. `pg`
 * calls back within the turn in which the server's first answer arrives. A promise would settle after that
 * turn, and the next answer of the same turn may already say that the server ends the connection.
 */
export function requestConnection(pool: PostgresPool): Promise<PostgresPoolClient> {
  return new Promise((resolve, reject) => {
    const take = (connection: PostgresPoolClient): void => {
      connection.off('error', ignore); // it may have one already
      connection.on('error', ignore); // whoever waits for an answer is told too
      resolve(connection);
    };
    const callback: Callback = (error, connection) =>
      connection === undefined ? reject(error) : take(connection);
    // A pool of `pg` calls back and returns nothing. Any other pool returns a promise.
    const connecting = (pool.connect as (callback: Callback) => unknown).call(pool, callback);
    (connecting as Promise<PostgresPoolClient> | undefined)?.then(take, reject);
  });
}

/** Gives a connection back to its pool. */
export function giveBack(connection: PostgresPoolClient): void {
  connection.off('error', ignore);
  connection.release();
}

/**
 * Listens to the errors of a pool or a client. It emits one when a connection breaks that nothing waits for,
 * as the lock leaves it between two calls. Without a listener, the process would end. The next call finds out
 * by itself that the connection is gone.
 */
export function listenToErrors(emitter: object): void {
  if (hasMethods(emitter, 'on', 'listeners')) {
    const { listeners, on } = emitter as Required<Pick<PostgresPool, 'listeners' | 'on'>>;
    if (!listeners.call(emitter, 'error').includes(ignore)) {
      on.call(emitter, 'error', ignore);
    }
  }
}

/** Takes an error that needs no other care. */
export const ignore = (): void => {};
