import { Logger } from '@nestjs/common';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { LoadBalancer } from '../../sample-app/src/load-balancer/load-balancer.js';
import { LoadBalancerSync } from '../../sample-app/src/load-balancer/load-balancer-sync.js';
import type { Trouble } from '../../sample-app/src/load-balancer/trouble.js';
import { ResourceStore } from '../../sample-app/src/reflector/resource-store.js';
import { Settings } from '../../sample-app/src/settings.js';
import { missingFrom, sampleGuide } from '../docs/page.js';
import { compile, RecordingLogger, type Booted } from '../support/boot.js';

/** Keeps when each line was logged, too. */
class Timeline extends RecordingLogger {
  readonly entries: string[] = [];
  now = (): number => 0;

  override log(message: string, context: unknown): void {
    super.log(message, context);
    this.add('LOG', context, message);
  }
  override error(message: string, stack: unknown, context: unknown): void {
    super.error(message, stack, context);
    this.add('ERROR', context, message);
  }

  private add(level: string, context: unknown, message: string): void {
    this.entries.push(`${this.now() / 1000} s ${level} [${String(context)}] ${message}`);
  }
}

describe('the load balancer of the sample', () => {
  beforeEach(() => Logger.overrideLogger(false));

  async function start(trouble: Trouble): Promise<Booted & { timeline: string[]; balancer: LoadBalancer }> {
    const logger = new Timeline();
    const providers = [Settings, ResourceStore, LoadBalancer, LoadBalancerSync];
    const booted = await compile({ providers }, {}, logger);
    logger.now = () => booted.clock.now();
    booted.app.get(ResourceStore).markSynced();
    const balancer = booted.app.get(LoadBalancer);
    balancer.setTrouble(trouble);
    await booted.app.init();
    logger.entries.splice(0); // what the module says at bootstrap
    return { ...booted, timeline: logger.entries, balancer };
  }

  it('is asked every five seconds, and nothing is logged, when there is no trouble', async () => {
    const { clock, registry, timeline } = await start('none');
    await clock.advance(60_000);
    expect(registry.list()).toMatchObject([{ name: 'LoadBalancerSync.sync', runs: 13, failures: 0 }]);
    expect(timeline).toEqual([]);
  });

  it('is asked less and less often while it fails, and the log says little', async () => {
    const { clock, timeline, balancer } = await start('fail');
    await clock.advance(120_000);
    balancer.setTrouble('none');
    await clock.advance(30_000);
    expect(timeline).toEqual([
      '0 s ERROR [LoadBalancerSync.sync] run 1 failed: the load balancer answered 503 Service Unavailable (next try in 1.1s)',
      '1.05 s ERROR [LoadBalancerSync.sync] run 2 failed: the load balancer answered 503 Service Unavailable (next try in 2.1s)',
      '3.15 s ERROR [LoadBalancerSync.sync] run 3 failed: the load balancer answered 503 Service Unavailable (the third in a row: now one line a minute; next try in 4.2s)',
      '74.55 s ERROR [LoadBalancerSync.sync] run 8 failed: the load balancer answered 503 Service Unavailable (5 more in 1m11s, 8 in a row; next try in 21s)',
      '137.55 s LOG [WaitModule] LoadBalancerSync.sync: succeeded after 10 failures in 2m18s',
    ]);
  });

  it('ends the runs that take too long while it is slow', async () => {
    const { clock, timeline, balancer } = await start('slow');
    await clock.advance(20_000);
    balancer.setTrouble('none');
    await clock.advance(30_000);
    expect(timeline).toEqual([
      '5 s ERROR [LoadBalancerSync.sync] run 1 timed out after 5s: The operation was aborted (next try in 1.1s)',
      '11.05 s ERROR [LoadBalancerSync.sync] run 2 timed out after 5s: The operation was aborted (next try in 2.1s)',
      expect.stringContaining(
        '18.15 s ERROR [LoadBalancerSync.sync] run 3 timed out after 5s: The operation was aborted (',
      ),
      '22.35 s LOG [WaitModule] LoadBalancerSync.sync: succeeded after 3 failures in 17s',
    ]);
  });

  it('is reported once when it hangs, and when it has answered after all', async () => {
    const { clock, registry, timeline, balancer } = await start('hang');
    await clock.advance(60_000);
    expect(registry.list()).toMatchObject([{ state: 'running', runs: 1, hung: true }]);
    balancer.setTrouble('none');
    await clock.advance(5000);
    expect(timeline).toEqual([
      expect.stringContaining('10 s ERROR [WaitModule] LoadBalancerSync.sync: run 1 is hung: '),
      '60 s LOG [WaitModule] LoadBalancerSync.sync: recovered; run 1 has ended after 1m',
    ]);
    expect(registry.list()).toMatchObject([{ runs: 2, timeouts: 1, failures: 0, hung: false }]);
  });

  it('shows in its log what the guide to the sample says', async () => {
    const { clock, timeline, balancer } = await start('fail');
    await clock.advance(120_000);
    balancer.setTrouble('none');
    await clock.advance(22_500);
    balancer.setTrouble('hang');
    await clock.advance(120_050);
    balancer.setTrouble('none');
    await clock.advance(0);
    expect(
      missingFrom(timeline.join('\n'), sampleGuide.block('ERROR [LoadBalancerSync.sync] run 1')),
    ).toEqual([]);
  });
});
