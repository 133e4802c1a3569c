export type { IORedisClient, RedisClient, RedisLockOptions } from './redis-lock-options.js';
export { RedisLock } from './redis-lock.js';
