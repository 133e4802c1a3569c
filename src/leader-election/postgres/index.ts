export {
  PostgresLock,
  type PostgresClient,
  type PostgresLockOptions,
  type PostgresPool,
  type PostgresPoolClient,
} from './postgres-lock.js';
