import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, jest } from '@jest/globals';
import { Inject, Injectable } from '@nestjs/common';
import { AggregatorRegistry } from 'prom-client';
import {
  BackoffUntil,
  Forever,
  JitterUntil,
  NonSlidingUntil,
  Until,
  WAIT_CLOCK,
  type AroundRun,
} from 'nestjs-wait';
import type { FakeClock } from 'nestjs-wait/testing';
import { metricsOf } from '../support/metrics.js';
import { promtool } from '../support/promtool.js';
import { bootScraped, type Scraped } from '../support/scraped.js';
import { StolenLease } from '../support/stolen-lease.js';

const SCRAPE = readFileSync(join(__dirname, 'prometheus-scrape.txt'), 'utf8');

@Injectable()
class Shop {
  constructor(@Inject(WAIT_CLOCK) private readonly clock: FakeClock) {}

  @Until('10s')
  async until(): Promise<void> {
    await this.clock.sleep(2000);
  }
  @JitterUntil({ period: '10s', jitter: 1, immediate: false })
  jitterUntil(): void {}
  @NonSlidingUntil({ period: '10s', metricsName: 'renamed' })
  nonSlidingUntil(): void {}
  @BackoffUntil({ initial: '10s' })
  backoffUntil(): never {
    throw new Error('no');
  }
  @Forever({ period: '10s', workers: 2 })
  forever(): void {}
  @Until({ period: '10s', leaderOnly: true })
  leaderOnly(): void {}
  @Until({ period: '10s', enabled: false })
  disabled(): void {}
}

async function bootShop(): Promise<Scraped> {
  const booted = await bootScraped([Shop], { ...new StolenLease().options, logFailures: false });
  const { clock, service } = booted;
  service.until(() => clock.sleep(60_000), { name: 'tenant 1', period: '1s' });
  service.until(() => clock.sleep(3000), { name: 'tenant 2', period: '1s' });
  await clock.advance(25_000);
  return booted;
}

describe('a scrape', () => {
  it('shows every kind of loop', async () => {
    const { register } = await bootShop();
    expect(await register.metrics()).toBe(SCRAPE);
  });

  it('has nothing that promtool finds fault with', async () => {
    const { register } = await bootShop();
    const text = await register.metrics();
    expect(promtool(['check', 'metrics'], text)).toEqual({ isGood: true, output: '' });
    expect(promtool(['check', 'metrics'], text.replaceAll('runs_total', 'runs')).isGood).toBe(false);
  });

  it('has every decorated loop at 0 from the start, and no last success before the first one', async () => {
    @Injectable()
    class Outbox {
      @Until({ period: '10s', immediate: false })
      flush(): void {}
    }
    const { samples, clock } = await bootScraped([Outbox]);
    const outcomes = ['succeeded', 'failed', 'timedOut', 'skipped', 'aborted'];
    expect(await samples('nestjs_wait_runs_total')).toEqual(
      outcomes.map((outcome) => `nestjs_wait_runs_total{loop="Outbox.flush",outcome="${outcome}"} 0`),
    );
    expect(await samples('nestjs_wait_loop_last_success_seconds')).toEqual([]);
    await clock.advance(10_000);
    const success = clock.wallNow() / 1000;
    expect(await samples('nestjs_wait_loop_last_success_seconds')).toEqual([
      `nestjs_wait_loop_last_success_seconds{loop="Outbox.flush"} ${success}`,
    ]);
  });

  it('goes on with the counters of loops that have left', async () => {
    const { samples, clock, service } = await bootScraped();
    const total = () => samples('nestjs_wait_runs_total{loop="_dynamic",outcome="succeeded"}');
    const handle = service.until(() => {}, { name: 'tenant 1', period: '1s' });
    await clock.advance(2000);
    await handle.stop();
    expect(await total()).toEqual(['nestjs_wait_runs_total{loop="_dynamic",outcome="succeeded"} 3']);
    service.until(() => {}, { name: 'tenant 1', period: '1s' });
    await clock.advance(1000);
    expect(await total()).toEqual(['nestjs_wait_runs_total{loop="_dynamic",outcome="succeeded"} 5']);
  });

  it('tells whether this replica leads', async () => {
    const lease = new StolenLease();
    const booted = await bootScraped([], lease.options);
    await booted.clock.advance(0);
    const leads = () => booted.samples('leader_election_master_status');
    expect(await leads()).toEqual(['leader_election_master_status{name="default"} 1']);
    await lease.take(booted);
    expect(await leads()).toEqual(['leader_election_master_status{name="default"} 0']);
  });

  it('reads the loops once for all of its metrics, and anew for each scrape', async () => {
    const booted = await bootShop();
    const read = jest.spyOn(metricsOf(booted), 'read');
    await booted.register.metrics();
    await booted.register.metrics();
    expect(read).toHaveBeenCalledTimes(2);
  });

  it('escapes the names of loops', async () => {
    class Odd {
      @Until({ name: 'a"\n\\b', period: '1s' })
      tick(): void {}
    }
    const { samples } = await bootScraped([Odd]);
    expect(await samples('nestjs_wait_run_active')).toEqual([
      'nestjs_wait_run_active{loop="a\\"\\n\\\\b"} 0',
    ]);
  });
});

describe('the processes of node:cluster, whose scrapes prom-client puts together,', () => {
  it('add up what they count, and keep the largest age, time and series of failures', async () => {
    class Outbox {
      @Until('10s')
      flush(): void {}
      @Until('10s')
      fail(): never {
        throw new Error('no');
      }
    }
    const processes = [await bootScraped([Outbox]), await bootScraped([Outbox])] as const;
    for (const { clock, service } of processes) {
      service.until(() => clock.sleep(60_000), { name: 'tenant 1', period: '1s' });
      await clock.advance(15_000);
    }
    const success = (processes[0].clock.wallNow() - 5000) / 1000;
    const figures = await Promise.all(processes.map(({ register }) => register.getMetricsAsJSON()));
    const lines = (await AggregatorRegistry.aggregate(figures).metrics()).split('\n');
    expect(lines).toEqual(
      expect.arrayContaining([
        'nestjs_wait_runs_total{loop="Outbox.flush",outcome="succeeded"} 4',
        'nestjs_wait_run_active{loop="_dynamic"} 2',
        'nestjs_wait_loops{state="waiting"} 4',
        'nestjs_wait_run_longest_active_seconds{loop="_dynamic"} 15',
        `nestjs_wait_loop_last_success_seconds{loop="Outbox.flush"} ${success}`,
        'nestjs_wait_loop_consecutive_failures{loop="Outbox.fail"} 2',
      ]),
    );
  });
});

describe('the histograms', () => {
  const LOOP = '{loop="job"}';

  async function bootJob(
    work: (booted: Scraped) => (signal: AbortSignal) => unknown,
    around: readonly AroundRun[] = [],
  ): Promise<Scraped> {
    const booted = await bootScraped([], { around, logFailures: false });
    const options = { name: 'job', metricsName: 'job', period: '10s', timeout: '5s' };
    booted.service.until(work(booted), options);
    await booted.clock.advance(9000);
    return booted;
  }

  it('record the duration of a run in seconds', async () => {
    const { samples } = await bootJob(
      ({ clock }) =>
        () =>
          clock.sleep(1500),
    );
    expect(await samples('nestjs_wait_run_duration_seconds')).toEqual([
      'nestjs_wait_run_duration_seconds_bucket{le="1",loop="job"} 0',
      'nestjs_wait_run_duration_seconds_bucket{le="60",loop="job"} 1',
      'nestjs_wait_run_duration_seconds_bucket{le="+Inf",loop="job"} 1',
      `nestjs_wait_run_duration_seconds_sum${LOOP} 1.5`,
      `nestjs_wait_run_duration_seconds_count${LOOP} 1`,
    ]);
  });

  it('record for how many seconds a run had been due', async () => {
    const { samples, service, clock } = await bootScraped();
    let runs = 0;
    const work = () => clock.sleep(runs++ === 0 ? 3500 : 0);
    service.nonSlidingUntil(work, { name: 'job', metricsName: 'job', period: '1s' });
    await clock.advance(3500);
    expect(await samples('nestjs_wait_run_lateness_seconds')).toEqual([
      'nestjs_wait_run_lateness_seconds_bucket{le="1",loop="job"} 1',
      'nestjs_wait_run_lateness_seconds_bucket{le="60",loop="job"} 2',
      'nestjs_wait_run_lateness_seconds_bucket{le="+Inf",loop="job"} 2',
      'nestjs_wait_run_lateness_seconds_sum{loop="job"} 2.5',
      'nestjs_wait_run_lateness_seconds_count{loop="job"} 2',
    ]);
  });

  it.each([
    { title: 'a run that failed', work: () => Promise.reject(new Error('no')), wantCount: 1 },
    {
      title: 'a run that timed out',
      work: (signal: AbortSignal) =>
        new Promise((_resolve, reject) => {
          signal.addEventListener('abort', () => reject(signal.reason as Error));
        }),
      wantCount: 1,
    },
  ])('record $title', async ({ work, wantCount }) => {
    const { samples } = await bootJob(() => work);
    expect(await samples('nestjs_wait_run_duration_seconds_count')).toEqual([
      `nestjs_wait_run_duration_seconds_count${LOOP} ${wantCount}`,
    ]);
  });

  it('record a run that gave up at a stop', async () => {
    const { samples, service, clock } = await bootScraped();
    const work = (signal: AbortSignal) =>
      new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason as Error));
      });
    const handle = service.until(work, { name: 'job', metricsName: 'job', period: '1s' });
    await clock.advance(0);
    await handle.stop();
    expect(await samples('nestjs_wait_run_duration_seconds_count')).toEqual([
      'nestjs_wait_run_duration_seconds_count{loop="job"} 1',
    ]);
    expect(await samples('nestjs_wait_runs_total{loop="job",outcome="aborted"}')).toEqual([
      'nestjs_wait_runs_total{loop="job",outcome="aborted"} 1',
    ]);
  });

  it('do not record a run that was skipped, which the counter counts', async () => {
    const { samples } = await bootJob(() => () => {}, [() => undefined]);
    expect(await samples('nestjs_wait_run_duration_seconds_count')).toEqual([]);
    expect(await samples('nestjs_wait_runs_total{loop="job",outcome="skipped"}')).toEqual([
      'nestjs_wait_runs_total{loop="job",outcome="skipped"} 1',
    ]);
  });

  it('have buckets from 0.01 to 1800 s by default', async () => {
    const { samples, clock, service } = await bootScraped([], {}, {});
    service.until(() => {}, { name: 'job', metricsName: 'job', period: '1m' });
    await clock.advance(0);
    const buckets = await samples('nestjs_wait_run_duration_seconds_bucket');
    expect(buckets.map((line) => /le="([^"]+)"/.exec(line)?.[1])).toEqual([
      '0.01',
      '0.03',
      '0.1',
      '0.3',
      '1',
      '3',
      '10',
      '30',
      '60',
      '180',
      '600',
      '1800',
      '+Inf',
    ]);
  });
});
