import { resolve } from 'node:path';
import { Controller, Delete, Get, NotFoundException, Param, Redirect } from '@nestjs/common';
import { LeaderElection } from 'nestjs-wait';
import { ResourceStore } from '../reflector/resource-store.js';
import { Rivals } from '../rivals/rivals.js';
import { SizeMonitor } from '../size-monitor/size-monitor.js';

/** Answers what the page of the loops does not know: who leads, and what the loops have made. */
@Controller()
export class StatusController {
  constructor(
    private readonly store: ResourceStore,
    private readonly sizes: SizeMonitor,
    private readonly rivals: Rivals,
    private readonly election: LeaderElection,
  ) {}

  /** A browser is sent to the page of the loops. */
  @Get()
  @Redirect('/loops')
  home(): void {}

  @Get('leader')
  leader(): unknown {
    return {
      leader: this.election.getLeader(),
      isLeader: this.election.isLeader(),
      token: this.election.fencingToken(),
      pid: process.pid,
    };
  }

  @Get('rivals')
  rivalWithLease(): { holder: string | undefined } {
    return { holder: this.rivals.holder };
  }

  @Get('resources')
  resources(): unknown {
    return { synced: this.store.hasSynced(), items: this.store.list() };
  }

  @Get('sizes')
  listSizes(): unknown[] {
    return this.sizes.list();
  }

  /** Ends the loop of an absolute path: `DELETE /sizes/var/log`, or with its slashes encoded. */
  @Delete('sizes/*path')
  cancelSize(@Param('path') path: string[]): { stopped: string; measured: string[] } {
    const endpoint = resolve('/', ...path);
    const isKnown = this.sizes.cancel(endpoint);
    const measured = this.sizes.list().map((each) => each.endpoint);
    if (!isKnown) {
      throw new NotFoundException(
        `${endpoint} is not measured. The measured paths: ${measured.join(', ') || 'none'}.`,
      );
    }
    return { stopped: `size of ${endpoint}`, measured };
  }
}
