export type {
  PostgresClient,
  PostgresLockOptions,
  PostgresPool,
  PostgresPoolClient,
} from './postgres-lock-options.js';
export { PostgresLock } from './postgres-lock.js';
