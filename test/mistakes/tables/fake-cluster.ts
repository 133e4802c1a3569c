import { expect } from '@jest/globals';
import { Module } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { WAIT_CLOCK, WaitModule } from 'nestjs-wait';
import { InMemoryLock } from 'nestjs-wait/leader-election';
import { FakeCluster, type FakeClusterOptions, type ReplicaClock } from 'nestjs-wait/testing';
import { rejects, throws, type CoreRow } from '../support/core.js';
import type { Mistake } from '../support/mistake.js';

const wantCode = 'WAIT_ERR_FAKE_CLUSTER';

@Module({ imports: [WaitModule.forRoot({ leaderElection: { lock: new InMemoryLock() } })] })
class AppModule {}

/** A mistake with a cluster of two. The first replica is dead, and the second paused. */
function inACluster({
  call,
  ...row
}: Omit<CoreRow, 'call'> & { readonly call: (cluster: FakeCluster) => unknown }): Mistake {
  return rejects({
    wantCode,
    ...row,
    call: async () => {
      const cluster = new FakeCluster(2, () => AppModule);
      await cluster.advance('1s');
      cluster.kill(0);
      cluster.pause(1);
      try {
        await call(cluster);
      } finally {
        await cluster.close();
        expect(cluster.clock.armedTimers).toBe(0);
      }
    },
  });
}

/** A mistake of the function that returns the modules. */
const returning = (title: string, module: () => unknown, ...wantWords: string[]): Mistake =>
  rejects({
    title: `a FakeCluster whose function ${title}`,
    call: () => new FakeCluster(2, module as never).start(),
    wantCode,
    wantWords: ['FakeCluster.start', ...wantWords],
  });

const newBuilder = () => Test.createTestingModule({ imports: [AppModule] });
const sameBuilder = newBuilder();

export const fakeCluster: readonly Mistake[] = [
  ...[0, -1, 1.5, 101, NaN, '3', undefined].map((size) =>
    throws({
      title: `a FakeCluster of ${String(size)} replicas`,
      call: () => new FakeCluster(size as number, () => AppModule),
      wantWords: ['FakeCluster', 'size', 'whole number from 1 to 100', String(size)],
    }),
  ),
  ...[undefined, AppModule, {}].map((module) =>
    throws({
      title: `a FakeCluster of ${typeof module} instead of a function that returns a module`,
      call: () => new FakeCluster(2, module as never),
      wantWords: ['FakeCluster', 'module', '=> AppModule'],
    }),
  ),
  throws({
    title: 'a FakeCluster with an option that does not exist',
    call: () => new FakeCluster(2, () => AppModule, { delay: 5 } as FakeClusterOptions),
    wantWords: ['FakeCluster', "'delay'", 'latency', 'seed'],
  }),
  throws({
    title: 'a FakeCluster whose latency is negative',
    call: () => new FakeCluster(2, () => AppModule, { latency: '-1ms' }),
    wantCode: 'WAIT_ERR_INVALID_DURATION',
    wantWords: ['FakeCluster', 'latency', '-1ms'],
  }),
  throws({
    title: 'a FakeCluster whose seed is no number',
    call: () => new FakeCluster(2, () => AppModule, { seed: 'a' as never }),
    wantWords: ['FakeCluster', 'seed', "'a'"],
  }),
  returning('returns nothing', () => undefined, 'undefined', 'replica 0', 'Test.createTestingModule'),
  returning('returns a name', async () => 'AppModule', "'AppModule'", 'replica 0'),
  returning('throws', () => throwing('no settings'), 'replica 0 could not start', 'no settings'),
  returning('returns the same builder twice', () => sameBuilder, 'replica 1', 'a new one'),
  returning('returns an object that is no module', () => ({}), '{}', 'replica 0'),
  rejects({
    title: 'a FakeCluster that should advance by digits alone',
    call: () => new FakeCluster(2, () => AppModule).advance('10'),
    wantCode: 'WAIT_ERR_INVALID_DURATION',
    wantWords: ['FakeCluster.advance', "'10s'"],
  }),
  rejects({
    title: 'a FakeCluster that should go back',
    call: () => new FakeCluster(2, () => AppModule).advance(-1),
    wantCode: 'WAIT_ERR_INVALID_DURATION',
    wantWords: ['FakeCluster.advance', 'negative', '-1'],
  }),
  ...(['app', 'kill', 'leader', 'heal'] as const).map((method) =>
    throws({
      title: `${method}() of a FakeCluster that has not started`,
      call: () => new FakeCluster(2, () => AppModule)[method](0 as never),
      wantCode,
      wantWords: [`FakeCluster.${method}`, 'not started', 'advance()'],
    }),
  ),
  inACluster({
    title: 'a run of a FakeCluster that should sleep for a string',
    call: (cluster) =>
      cluster
        .app(0)
        .get<ReplicaClock>(WAIT_CLOCK)
        .sleep('1s' as never),
    wantCode: 'WAIT_ERR_FAKE_CLOCK',
    wantWords: ['ReplicaClock.sleep', 'milliseconds', "'1s'"],
  }),
  ...[2, -1, 0.5, '0', undefined].map((replica) =>
    inACluster({
      title: `${String(replica)} as a replica of a FakeCluster of two`,
      call: (cluster) => cluster.kill(replica as number),
      wantWords: ['FakeCluster.kill', 'from 0 to 1', String(replica)],
    }),
  ),
  ...(['kill', 'pause', 'resume', 'partition', 'heal', 'stop'] as const).map((method) =>
    inACluster({
      title: `${method}() of a replica that is dead`,
      call: (cluster) => cluster[method](0),
      wantWords: [`FakeCluster.${method}`, 'replica 0 has ended', 'restart(0)'],
    }),
  ),
  inACluster({
    title: 'restart() of a replica that has not ended',
    call: (cluster) => cluster.restart(1),
    wantWords: ['FakeCluster.restart', 'replica 1 has not ended', 'kill(1)'],
  }),
  inACluster({
    title: 'stop() of a replica that is paused',
    call: (cluster) => cluster.stop(1),
    wantWords: ['FakeCluster.stop', 'replica 1 is paused', 'resume(1)'],
  }),
  inACluster({
    title: 'the leader of a group that a FakeCluster does not have',
    call: (cluster) => cluster.leader('mail'),
    wantCode: 'WAIT_ERR_LEADER_ELECTION',
    wantWords: ['leaderElection', "'mail'"],
  }),
  ...(
    [
      ['start', (cluster) => cluster.start()],
      ['advance', (cluster) => cluster.advance(0)],
      ['restart', (cluster) => cluster.restart(0)],
    ] satisfies [string, (cluster: FakeCluster) => Promise<void>][]
  ).map(([method, call]) =>
    inACluster({
      title: `${method}() of a FakeCluster that is closed`,
      call: async (cluster) => {
        await cluster.close();
        await call(cluster);
      },
      wantWords: [`FakeCluster.${method}`, 'closed', 'new one'],
    }),
  ),
  rejects({
    title: 'the start of a FakeCluster whose election has no lock',
    call: () => {
      const imports = [WaitModule.forRoot({ leaderElection: {} as never })];
      return new FakeCluster(1, () => ({ module: class Root {}, imports })).start();
    },
    wantCode,
    wantWords: ['FakeCluster.start', 'replica 0', 'lock must be given'],
  }),
  rejects({
    title: 'the start of a FakeCluster whose lease is too short for its engine',
    call: () => {
      const lock = Object.assign(new InMemoryLock(), { minLeaseDuration: 20_000 });
      const imports = [WaitModule.forRoot({ leaderElection: { lock } })];
      return new FakeCluster(1, () => ({ module: class Root {}, imports })).start();
    },
    wantCode,
    wantWords: ['FakeCluster.start', 'replica 0', 'leaseDuration must be at least 20s'],
  }),
  rejects({
    title: 'the start of a FakeCluster whose application has no WaitModule',
    call: () => new FakeCluster(1, () => class Root {}).start(),
    wantCode,
    wantWords: ['FakeCluster.start', 'replica 0', 'WaitModule.forRoot()'],
  }),
];

function throwing(what: string): never {
  throw new Error(what);
}
