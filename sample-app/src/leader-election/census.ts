import { join } from 'node:path';
import { Injectable, Logger } from '@nestjs/common';
import { LeaderElection, Until, waitForCacheSync } from 'nestjs-wait';
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
  private lastText = '';

  constructor(
    private readonly settings: Settings,
    private readonly store: ResourceStore,
    private readonly election: LeaderElection,
  ) {}

  @Until({ period: '2s', leaderOnly: 'census' })
  async take(signal: AbortSignal): Promise<void> {
    const token = this.election.fencingToken();
    if (!(await waitForCacheSync(signal, () => this.store.hasSynced()))) {
      return;
    }
    const census = { resources: this.store.list().length, by: this.election.getLeader(), token };
    await writeFileAtomically(join(this.settings.stateDir, 'census.json'), `${JSON.stringify(census)}\n`);
    this.logChange(`Resources: ${census.resources}, in term ${token}`);
  }

  /** Logs what differs from the last census. A line for each census would hide what else happens. */
  private logChange(text: string): void {
    if (text !== this.lastText) {
      this.lastText = text;
      this.logger.log(text);
    }
  }
}
