import { loadAdapter } from './adapter.mjs';

const FILES = [
  'set-timeout',
  'set-interval',
  'ours-core',
  'ours-service',
  'ours-decorated',
  'ours-signal',
  'schedule-registry',
  'schedule-decorated',
  'toad-scheduler',
  'set-interval-async',
  'rxjs',
  'abortable-sleep',
  'timers-promises',
  'effect',
  'croner',
  'node-cron',
];

/** All of them, in the order of the tables. */
export const adapters = await Promise.all(
  FILES.map(async (file) => ({ file, ...(await loadAdapter(file)) })),
);

/** What the others are compared with: a timer that is armed again by hand. */
export const [bare] = adapters;

/** Those that run this library. */
export const ours = adapters.filter(({ file }) => file.startsWith('ours-'));

/** For what is asked of ours alone: the bare timer, a loop of the core, and one in Nest's registry. */
export const bareAndOurs = adapters.filter(({ file }) =>
  ['set-timeout', 'ours-core', 'ours-service'].includes(file),
);
