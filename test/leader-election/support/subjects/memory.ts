import { InMemoryLock, InMemoryLockStore } from 'nestjs-wait/leader-election';
import type { Subject, Subjects } from './subject.js';

export const MEMORY_SUBJECTS: Subjects = { InMemoryLock: inMemory };

function inMemory(): Subject {
  const store = new InMemoryLockStore();
  return {
    newLock: async (name, identity) => new InMemoryLock({ store, name, identity }),
    remove: async (name) => store.delete(name),
    close: async () => {},
  };
}
