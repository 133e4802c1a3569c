export { defaultIdentity } from './identity.js';
export { InMemoryLock, InMemoryLockStore } from './in-memory-lock.js';
export type { InMemoryLockOptions } from './in-memory-lock.js';
export type {
  LeaderCallbacks,
  LeaderElectionLogger,
  LeaderElectorOptions,
  LeaderElectorSources,
} from './leader-elector-options.js';
export { LeaderElector } from './leader-elector.js';
export { lockConflict } from './lock-conflict.js';
export type { LeaderElectionRecord, LockedRecord, ResourceLock } from './resource-lock.js';
