import type { EngineName } from '../engines/engine.js';
import { KUBERNETES_SUBJECTS } from './kubernetes.js';
import { MEMORY_SUBJECTS } from './memory.js';
import { POSTGRES_SUBJECTS } from './postgres.js';
import { REDIS_SUBJECTS } from './redis.js';
import type { Subjects } from './subject.js';

export const SUBJECTS: Readonly<Record<EngineName, Subjects>> = {
  memory: MEMORY_SUBJECTS,
  postgres: POSTGRES_SUBJECTS,
  redis: REDIS_SUBJECTS,
  kubernetes: KUBERNETES_SUBJECTS,
};
