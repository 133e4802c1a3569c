import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Injectable, Logger } from '@nestjs/common';
import { NonSlidingUntil, waitForCacheSync } from 'nestjs-wait';
import { writeFileAtomically } from '../manifests/write-file-atomically.js';
import { ResourceStore } from '../reflector/resource-store.js';
import { Settings } from '../settings.js';
import { routesOf, type RoutingTable } from './routing-table.js';

/**
 * Makes the routing table match the manifests of kind `Route` every ten seconds, no matter who has changed it
 * meanwhile.
 */
@Injectable()
export class RouteReconciler {
  private readonly logger = new Logger(RouteReconciler.name);

  constructor(
    private readonly settings: Settings,
    private readonly store: ResourceStore,
  ) {}

  @NonSlidingUntil('10s')
  async reconcile(signal: AbortSignal): Promise<void> {
    // With a store that was never filled, every route would be removed.
    if (!(await waitForCacheSync(signal, () => this.store.hasSynced()))) {
      return;
    }
    const file = join(this.settings.stateDir, 'routes.json');
    const actual = await readTable(file);
    const wanted = routesOf(this.store.list());
    const changes = difference(actual, wanted);
    if (changes.length > 0) {
      await writeFileAtomically(file, `${JSON.stringify(wanted, null, 2)}\n`);
      this.logger.log(`Routes: ${changes.join(', ')}`);
    }
  }
}

async function readTable(file: string): Promise<RoutingTable> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as RoutingTable;
  } catch {
    return {}; // missing or damaged: it is written again
  }
}

function difference(actual: RoutingTable, wanted: RoutingTable): string[] {
  const added = Object.keys(wanted).filter((path) => !(path in actual));
  const changed = Object.keys(wanted).filter((path) => path in actual && actual[path] !== wanted[path]);
  const removed = Object.keys(actual).filter((path) => !(path in wanted));
  return [
    ...added.map((path) => `+ ${path}`),
    ...changed.map((path) => `~ ${path}`),
    ...removed.map((path) => `- ${path}`),
  ];
}
