export { RedisLock, type IORedisClient, type RedisClient, type RedisLockOptions } from './redis-lock.js';
