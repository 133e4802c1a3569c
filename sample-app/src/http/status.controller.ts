import { Controller, Delete, Get, HttpCode, NotFoundException, Param } from '@nestjs/common';
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

  /** Takes the path with its slashes encoded: `DELETE /sizes/%2Fvar%2Flog`. */
  @Delete('sizes/:endpoint')
  @HttpCode(204)
  cancelSize(@Param('endpoint') endpoint: string): void {
    if (!this.sizes.cancel(endpoint)) {
      throw new NotFoundException(`${endpoint} is not measured`);
    }
  }
}
