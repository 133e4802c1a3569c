export { LoopHealthIndicator } from './loop-health-indicator.js';
export type { LoopHealthResult } from './loop-health-indicator.js';
