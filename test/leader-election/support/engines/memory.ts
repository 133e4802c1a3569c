import type { Engine } from './engine.js';

/** An engine without a server: the candidates share an object of this process. */
export function memory(): Engine {
  return { name: 'memory', port: 0, start: async () => {}, crash: async () => {}, close: async () => {} };
}
