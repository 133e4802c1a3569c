// What the module of docs/steering.md imports.
export { Outbox } from './loops.js';
