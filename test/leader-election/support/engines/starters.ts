import type { Engine, EngineName } from './engine.js';
import { kubernetes } from './kubernetes.js';
import { memory } from './memory.js';
import { postgres } from './postgres.js';
import { redis } from './redis.js';

export const STARTERS: Readonly<Record<EngineName, () => Engine | Promise<Engine>>> = {
  memory,
  postgres,
  redis,
  kubernetes,
};
