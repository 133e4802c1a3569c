import type { LeaderElectionOptions } from 'nestjs-wait';
import { InMemoryLock, type ResourceLock } from 'nestjs-wait/leader-election';
import { KubernetesLeaseLock } from 'nestjs-wait/leader-election/kubernetes';
import { PostgresLock } from 'nestjs-wait/leader-election/postgres';
import { RedisLock } from 'nestjs-wait/leader-election/redis';
import type { Settings } from '../settings.js';
import { startEmbeddedPostgres } from './embedded-postgres.js';

const NAME = 'nestjs-wait-sample';

/**
 * Configures the election of the copy that takes the census. The durations are shorter than the defaults of
 * 15, 10 and 2 seconds, so that there is something to see.
 */
export async function electionOf(settings: Settings): Promise<LeaderElectionOptions> {
  const lock = await lockOf(settings);
  return { name: 'census', lock, leaseDuration: '6s', renewDeadline: '4s', retryPeriod: '1s' };
}

async function lockOf({ leaderElection, databaseUrl, redisUrl }: Settings): Promise<ResourceLock> {
  switch (leaderElection) {
    case 'postgres': {
      const lock = new PostgresLock({
        name: NAME,
        connection: databaseUrl ?? (await startEmbeddedPostgres()),
      });
      await lock.createTable();
      return lock;
    }
    case 'redis':
      return new RedisLock({ key: NAME, url: redisUrl });
    case 'kubernetes':
      return new KubernetesLeaseLock({ name: NAME });
    default:
      return new InMemoryLock({ name: NAME });
  }
}
