// One candidate, in a process of its own. It works while it leads, and prints when each piece of work began,
// on the monotonic clock that all processes of a host share.
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const { build, engine, lockOptions, openWindows, ...durations } = JSON.parse(process.argv[2]);
const load = (entry) => import(pathToFileURL(join(build, entry)).href);
const { until } = await load('index.js');
const { LeaderElector } = await load('leader-election/index.js');

const LOCKS = {
  postgres: async () => {
    const { PostgresLock } = await load('leader-election/postgres/index.js');
    return new PostgresLock(lockOptions);
  },
  redis: async () => {
    const { RedisLock } = await load('leader-election/redis/index.js');
    return new RedisLock(lockOptions);
  },
  kubernetes: async () => {
    const { KubernetesLeaseLock } = await load('leader-election/kubernetes/index.js');
    const { KubeConfig } = await import('@kubernetes/client-node');
    const kubeConfig = new KubeConfig();
    kubeConfig.loadFromOptions(lockOptions.config);
    return new KubernetesLeaseLock({ ...lockOptions, kubeConfig });
  },
};

const print = (word, at = process.hrtime.bigint()) => process.stdout.write(`${word} ${at}\n`);
const lock = await LOCKS[engine]();
const elector = new LeaderElector(
  {
    lock,
    ...durations,
    callbacks: {
      onStartedLeading: (signal) => {
        const work = () => {
          const began = process.hrtime.bigint(); // before `isLeader()`: a pause in between is not work
          if (elector.isLeader()) {
            print('work', began);
          }
        };
        return until(work, 5, signal, { name: 'work' });
      },
      onStoppedLeading: () => print('stopped'),
    },
  },
  { openWindows, logger: { warn: (text) => process.stderr.write(`${text}\n`) } },
);
const stop = new AbortController();
process.once('SIGTERM', () => stop.abort());
print('ready');
await elector.run(stop.signal);
await lock.close?.();
print('ended');
