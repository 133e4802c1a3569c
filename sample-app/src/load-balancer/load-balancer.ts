import { EventEmitter, once } from 'node:events';
import { Injectable, Logger } from '@nestjs/common';
import type { RoutingTable } from '../routes/routing-table.js';
import { Settings } from '../settings.js';
import type { Trouble } from './trouble.js';

/** Stands for the load balancer of a cloud, and for the client of its API. It has trouble on request. */
@Injectable()
export class LoadBalancer {
  private readonly logger = new Logger(LoadBalancer.name);
  private readonly events = new EventEmitter();
  private trouble: Trouble;
  private routes = '{}';

  constructor(settings: Settings) {
    this.trouble = settings.trouble;
  }

  setTrouble(trouble: Trouble): void {
    this.trouble = trouble;
    this.logger.log(`Trouble: ${trouble}`);
    this.events.emit('change');
  }

  /** Returns whether the load balancer had other routes before. */
  async setRoutes(table: RoutingTable, signal: AbortSignal): Promise<boolean> {
    await this.answer(signal);
    const before = this.routes;
    this.routes = JSON.stringify(table);
    return this.routes !== before;
  }

  private async answer(signal: AbortSignal): Promise<void> {
    switch (this.trouble) {
      case 'fail':
        throw new Error('the load balancer answered 503 Service Unavailable');
      case 'slow': // The answer does not come, and the client gives up when its signal aborts.
        await once(this.events, 'change', { signal });
        return;
      case 'hang': // The answer does not come, and the client has no timeout and takes no signal.
        await once(this.events, 'change');
        return;
      default:
    }
  }
}
