import type { Engine, EngineName } from '../engines/engine.js';
import { kubernetes } from '../engines/kubernetes.js';
import { memory } from '../engines/memory.js';
import { postgres } from '../engines/postgres.js';
import { redis } from '../engines/redis.js';
import { KUBERNETES_SUBJECTS } from './kubernetes.js';
import { MEMORY_SUBJECTS } from './memory.js';
import { POSTGRES_SUBJECTS } from './postgres.js';
import { REDIS_SUBJECTS } from './redis.js';
import type { Subjects } from './subject.js';

export const STARTERS: Readonly<Record<EngineName, () => Engine | Promise<Engine>>> = {
  memory,
  postgres,
  redis,
  kubernetes,
};

export const SUBJECTS: Readonly<Record<EngineName, Subjects>> = {
  memory: MEMORY_SUBJECTS,
  postgres: POSTGRES_SUBJECTS,
  redis: REDIS_SUBJECTS,
  kubernetes: KUBERNETES_SUBJECTS,
};
