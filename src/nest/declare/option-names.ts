import type { CommonLoopOptions, LoopKind, LoopOverrides } from './loop.options.js';

const COMMON = [
  'name',
  'enabled',
  'immediate',
  'initialDelay',
  'workers',
  'leaderOnly',
  'timeout',
  'hungAfter',
  'failureBackoff',
  'pauseAfterFailures',
  'metricsName',
] as const satisfies readonly (keyof CommonLoopOptions)[];

/** The options of each kind of loop. */
export const OPTION_NAMES: Readonly<Record<LoopKind, readonly string[]>> = {
  Until: ['period', ...COMMON],
  NonSlidingUntil: ['period', ...COMMON],
  Forever: ['period', ...COMMON],
  JitterUntil: ['period', 'jitter', 'sliding', ...COMMON],
  BackoffUntil: ['initial', 'max', 'reset', 'factor', 'jitter', 'sliding', 'backoffManager', ...COMMON],
};

const NOT_IN_OVERRIDES: readonly string[] = ['name', 'backoffManager'];

/** The options that nobody can change while the loop runs, whatever kind it is. */
export const FIXED_WHILE_RUNNING: readonly string[] = [
  ...NOT_IN_OVERRIDES,
  ...([
    'enabled',
    'immediate',
    'initialDelay',
    'workers',
    'leaderOnly',
    'sliding',
    'metricsName',
  ] satisfies readonly (keyof LoopOverrides)[]),
];

/** Returns the options that the module's `loops` can change. */
export function overridable(kind: LoopKind): readonly string[] {
  return OPTION_NAMES[kind].filter((option) => !NOT_IN_OVERRIDES.includes(option));
}

/** Returns the options that can be changed while the loop runs. */
export function updatable(kind: LoopKind): readonly string[] {
  return OPTION_NAMES[kind].filter((option) => !FIXED_WHILE_RUNNING.includes(option));
}
