import { resolve } from 'node:path';
import { troubleOf } from './load-balancer/trouble.js';
import { StartError } from './start-error.js';

/** The engine that keeps the lease for which the copies of the sample compete. */
export type Engine = 'memory' | 'postgres' | 'redis' | 'kubernetes';

/** Says where the sample finds its manifests, and where it keeps what it makes of them. */
export class Settings {
  readonly resourcesDir = resolve(process.env['RESOURCES_DIR'] ?? 'sample-app/resources');
  readonly stateDir = resolve(process.env['STATE_DIR'] ?? 'sample-app/var');
  readonly sizeEndpoints = process.env['SIZE_ENDPOINTS']?.split(',').map((path) => resolve(path)) ?? [
    this.resourcesDir,
    this.stateDir,
  ];
  readonly host = process.env['HOST'] ?? '127.0.0.1';
  /** Whether only this machine reaches the server. */
  readonly isLocal = ['127.0.0.1', '::1', 'localhost'].includes(this.host);
  readonly port = portOf(process.env['PORT'] ?? '3000');
  readonly leaderElection = engineOf(process.env['LEADER_ELECTION'] ?? 'memory');
  /** If it is missing, `LEADER_ELECTION=postgres` starts a database of its own. */
  readonly databaseUrl = process.env['DATABASE_URL'];
  readonly redisUrl = process.env['REDIS_URL'] ?? 'redis://127.0.0.1:6379';
  /** What is wrong with the load balancer at the start. */
  readonly trouble = troubleOf(process.env['TROUBLE'] ?? 'none');
}

function engineOf(name: string): Engine {
  if (name === 'memory' || name === 'postgres' || name === 'redis' || name === 'kubernetes') {
    return name;
  }
  throw new StartError(`LEADER_ELECTION must be memory, postgres, redis or kubernetes, not '${name}'.`);
}

function portOf(text: string): number {
  const port = Number(text);
  if (!Number.isInteger(port) || port < 0 || port > 65_535 || text.trim() === '') {
    throw new StartError(
      `PORT must be a number from 0 to 65535, not '${text}'. 0 means any port that is free.`,
    );
  }
  return port;
}
