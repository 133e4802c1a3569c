import { afterEach, expect } from '@jest/globals';
import { Injectable, type Provider } from '@nestjs/common';
import { Test, type TestingModuleBuilder } from '@nestjs/testing';
import { LeaderElection, Until, WaitModule, type WaitModuleOptions } from 'nestjs-wait';
import { InMemoryLock } from 'nestjs-wait/leader-election';
import {
  FakeCluster,
  type FakeClusterOptions,
  type ReplicaClock,
  type ReplicaFactory,
} from 'nestjs-wait/testing';

/** What a replica did, and when. */
export type Event = readonly [at: number, replica: number, what: string];

/** How long a run of the job takes, in milliseconds: longer than a lease. */
export const RUN = 20_000;

/** The time of the defaults in which another replica takes a lease that was released. */
export const RETRY = 4400;

const opened: FakeCluster[] = [];

// Whatever a test does, its clusters end here, and leave no timer.
afterEach(async () => {
  for (const cluster of opened.splice(0)) {
    await cluster.close().catch(() => {}); // a test of a failure expects it itself
    expect(cluster.clock.armedTimers).toBe(0);
  }
});

/** Makes a cluster that ends with the test. */
export function newCluster(size: number, module: ReplicaFactory, options?: FakeClusterOptions): FakeCluster {
  const cluster = new FakeCluster(size, module, options);
  opened.push(cluster);
  return cluster;
}

/** An application of these providers, with a lock that the cluster replaces. */
export function electing(
  providers: Provider[],
  options: WaitModuleOptions = { leaderElection: { lock: new InMemoryLock() } },
): TestingModuleBuilder {
  return Test.createTestingModule({ imports: [WaitModule.forRoot(options)], providers });
}

/** A cluster whose leader has a job. Each of its runs takes a while, and begins every half minute. */
export interface JobCluster {
  readonly cluster: FakeCluster;
  readonly events: Event[];
  /** What has happened since the last call. */
  readonly news: () => Event[];
  /** The tokens of the runs, in the order in which they began. */
  readonly tokens: (string | undefined)[];
  readonly identities: Set<string>;
}

export function jobCluster(size: number, options?: FakeClusterOptions): JobCluster {
  const events: Event[] = [];
  const tokens: (string | undefined)[] = [];
  const identities = new Set<string>();
  const factory = (replica: number, clock: ReplicaClock): TestingModuleBuilder => {
    const record = (what: string): unknown => events.push([Math.round(clock.now()), replica, what]);

    @Injectable()
    class Job {
      constructor(private readonly election: LeaderElection) {}

      @Until({ period: '30s', leaderOnly: true })
      async run(signal: AbortSignal): Promise<void> {
        tokens.push(this.election.fencingToken());
        identities.add(this.election.getLeader()!);
        const toldToStop = (): unknown => record('is told to stop');
        signal.addEventListener('abort', toldToStop);
        record('begins');
        await clock.sleep(RUN);
        record('ends');
        signal.removeEventListener('abort', toldToStop);
      }
    }
    return electing([Job]);
  };
  const cluster = newCluster(size, factory, options);
  return { cluster, events, news: () => events.splice(0), tokens, identities };
}
