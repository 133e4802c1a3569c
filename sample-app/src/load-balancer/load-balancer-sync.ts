import { Injectable, Logger } from '@nestjs/common';
import { Until, waitForCacheSync } from 'nestjs-wait';
import { ResourceStore } from '../reflector/resource-store.js';
import { routesOf } from '../routes/routing-table.js';
import { LoadBalancer } from './load-balancer.js';

/**
 * Tells the load balancer the routes, as Kubernetes' service controller does. It is the loop that depends on
 * something outside of the application, so it has a deadline, and it tries less and less often while that
 * fails.
 */
@Injectable()
export class LoadBalancerSync {
  private readonly logger = new Logger(LoadBalancerSync.name);

  constructor(
    private readonly store: ResourceStore,
    private readonly loadBalancer: LoadBalancer,
  ) {}

  @Until({ period: '5s', failureBackoff: { initial: '1s', max: '20s' }, timeout: '5s', hungAfter: '10s' })
  async sync(signal: AbortSignal): Promise<void> {
    if (!(await waitForCacheSync(signal, () => this.store.hasSynced()))) {
      return;
    }
    const routes = routesOf(this.store.list());
    if (await this.loadBalancer.setRoutes(routes, signal)) {
      this.logger.log(`The load balancer has ${Object.keys(routes).length} routes now`);
    }
  }
}
