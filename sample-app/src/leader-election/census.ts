import { join } from 'node:path';
import { Injectable, Logger } from '@nestjs/common';
import { LeaderElection, Until } from 'nestjs-wait';
import { writeFileAtomically } from '../manifests/write-file-atomically.js';
import { ResourceStore } from '../reflector/resource-store.js';
import { Settings } from '../settings.js';

/**
 * Counts the resources, on the one copy that leads. The census holds the term's token, so a reader can tell
 * an old leader's census from its successor's.
 */
@Injectable()
export class Census {
  private readonly logger = new Logger(Census.name);

  constructor(
    private readonly settings: Settings,
    private readonly store: ResourceStore,
    private readonly election: LeaderElection,
  ) {}

  @Until({ period: '2s', leaderOnly: true })
  async take(): Promise<void> {
    const token = this.election.fencingToken();
    const census = { resources: this.store.list().length, by: this.election.getLeader(), token };
    await writeFileAtomically(join(this.settings.stateDir, 'census.json'), `${JSON.stringify(census)}\n`);
    this.logger.debug(`${census.resources} resources, in term ${token}`);
  }
}
