import { describe, expect, it } from '@jest/globals';
import { Injectable } from '@nestjs/common';
import { LeaderElection, Until } from 'nestjs-wait';
import { InMemoryLock } from 'nestjs-wait/leader-election';
import { electing, jobCluster, newCluster, RETRY, RUN, type JobCluster } from '../support/clusters.js';

const LEASE = 15_000;
const RENEW_DEADLINE = 10_000;

/** A cluster in which a run has just begun, 4 ms after its start. */
async function duringARun(size = 3): Promise<JobCluster & { readonly leader: number }> {
  const booted = jobCluster(size);
  await booted.cluster.advance('2s');
  const leader = booted.cluster.leader()!;
  expect(booted.news()).toEqual([[4, leader, 'begins']]);
  return { ...booted, leader };
}

describe('FakeCluster', () => {
  it('has one leader, which runs the job', async () => {
    const { cluster, events, identities } = jobCluster(3);
    await cluster.advance('80s');
    const leaders = [0, 1, 2].filter((replica) => cluster.app(replica).get(LeaderElection).isLeader());
    expect(leaders).toEqual([cluster.leader()]);
    expect(identities).toEqual(new Set([`replica-${cluster.leader()}`]));
    expect(events).toEqual([
      [4, leaders[0], 'begins'],
      [4 + RUN, leaders[0], 'ends'],
      [4 + RUN + 30_000, leaders[0], 'begins'],
      [4 + RUN + 30_000 + RUN, leaders[0], 'ends'],
    ]);
  });

  it('lets another replica do the job when the lease of a killed leader has lapsed', async () => {
    const { cluster, news, tokens, leader } = await duringARun();
    cluster.kill(leader);
    expect(cluster.leader()).toBeUndefined();
    await cluster.advance(LEASE - 100);
    expect([cluster.leader(), news()]).toEqual([undefined, []]);
    await cluster.advance(RETRY + RUN);
    const successor = cluster.leader()!;
    expect(successor).not.toBe(leader);
    expect(news()).toEqual([
      [expect.any(Number), successor, 'begins'],
      [expect.any(Number), successor, 'ends'],
    ]);
    expect(tokens).toEqual(['1', '2']);
  });

  it('does what a killed replica has asked the engine for, and tells it nothing', async () => {
    const { cluster, events } = jobCluster(1, { latency: 100 });
    await cluster.advance(250); // the first write is under way, from 200 ms on
    cluster.kill(0);
    await cluster.advance(1000);
    expect(events).toEqual([]);
    await cluster.restart(0);
    await cluster.advance(10_000);
    expect(cluster.app(0).get(LeaderElection).getLeader()).toBe('replica-0');
    await cluster.advance(10_000);
    expect(cluster.app(0).get(LeaderElection).getLeader()).toBe('replica-0.2');
  });

  it('makes a leader that is cut off step down at its deadline, and another one take over', async () => {
    const { cluster, news, leader } = await duringARun();
    cluster.partition(leader);
    await cluster.advance(RENEW_DEADLINE);
    expect([cluster.leader(), news()]).toEqual([
      undefined,
      [[expect.any(Number), leader, 'is told to stop']],
    ]);
    await cluster.advance(LEASE);
    const successor = cluster.leader()!;
    expect(successor).not.toBe(leader);
    expect(news()).toEqual([
      [expect.any(Number), successor, 'begins'],
      [4 + RUN, leader, 'ends'],
    ]);
    cluster.heal(leader);
    await cluster.advance(LEASE);
    const { [leader]: old } = [0, 1, 2].map((replica) => cluster.app(replica).get(LeaderElection));
    expect([old?.isLeader(), old?.getLeader()]).toEqual([false, `replica-${successor}`]);
    expect(cluster.leader()).toBe(successor);
  });

  it('makes a leader that was paused step down when it is resumed', async () => {
    const { cluster, news, leader } = await duringARun();
    cluster.pause(leader);
    await cluster.advance('25s');
    const successor = cluster.leader()!;
    expect(successor).not.toBe(leader);
    expect(news()).toEqual([[expect.any(Number), successor, 'begins']]);
    cluster.resume(leader);
    await cluster.advance(0);
    expect(news()).toEqual([
      [27_000, leader, 'is told to stop'],
      [27_000, leader, 'ends'],
    ]);
    expect(cluster.leader()).toBe(successor);
  });

  it('asks no paused replica whether it leads', async () => {
    const { cluster, news, leader } = await duringARun(1);
    cluster.pause(leader);
    await cluster.advance('1m');
    expect([cluster.leader(), news()]).toEqual([undefined, []]);
    cluster.heal();
    await cluster.advance(0);
    expect(news()).toContainEqual([62_000, leader, 'is told to stop']);
  });

  it('heals every replica that has not ended', async () => {
    const { cluster, leader } = await duringARun();
    const others = [0, 1, 2].filter((replica) => replica !== leader);
    cluster.kill(leader);
    cluster.pause(others[0]!);
    cluster.partition(others[1]!);
    await cluster.advance('1m');
    expect(cluster.leader()).toBeUndefined();
    cluster.heal();
    await cluster.advance(LEASE + RETRY); // a renewal that was under way has changed the record
    expect(others).toContain(cluster.leader());
  });

  it('stops a replica when its run has ended, and another takes over within the retry period', async () => {
    const { cluster, news, tokens, leader } = await duringARun();
    const stopped = cluster.stop(leader);
    await cluster.clock.advance(1000);
    expect(cluster.leader()).toBe(leader); // it holds the lease until its run has ended
    await stopped;
    expect(cluster.clock.now()).toBeLessThan(4 + RUN + 100);
    expect(news()).toEqual([
      [2000, leader, 'is told to stop'],
      [4 + RUN, leader, 'ends'],
    ]);
    expect(cluster.leader()).toBeUndefined();
    await cluster.advance(RETRY);
    expect(news()).toEqual([[expect.any(Number), cluster.leader(), 'begins']]);
    expect(Number(tokens[1])).toBeGreaterThan(Number(tokens[0]));
  });

  it('boots a replica again that was killed or stopped, with another identity', async () => {
    const { cluster, identities } = jobCluster(1);
    await cluster.start();
    const first = cluster.app(0);
    for (const end of [async () => cluster.kill(0), () => cluster.stop(0)]) {
      await cluster.advance('20s');
      await end();
      await cluster.restart(0);
    }
    await cluster.advance('30s');
    expect([...identities]).toEqual(['replica-0', 'replica-0.2', 'replica-0.3']);
    expect(cluster.app(0)).not.toBe(first);
  });

  it('tells the leader of each group', async () => {
    @Injectable()
    class Jobs {
      @Until({ period: '30s', leaderOnly: 'mail' })
      mail(): void {}
      @Until({ period: '30s', leaderOnly: 'reports' })
      reports(): void {}
    }
    const leaderElection = ['mail', 'reports'].map((name) => ({ name, lock: new InMemoryLock() }));
    const cluster = newCluster(2, () => electing([Jobs], { leaderElection }));
    await cluster.advance('1s');
    expect([cluster.leader('mail'), cluster.leader('reports')]).toEqual([0, 0]);
    cluster.kill(0);
    await cluster.advance('20s');
    expect([cluster.leader('mail'), cluster.leader('reports')]).toEqual([1, 1]);
    expect(() => cluster.leader('letters')).toThrow(
      /no leaderElection named 'letters'. Name one of these: 'mail', 'reports'\.$/,
    );
    cluster.pause(1);
    expect(() => cluster.leader('letters')).toThrow(/no leaderElection named 'letters'/);
  });

  it('meets no other cluster', async () => {
    const [one, other] = [jobCluster(2), jobCluster(2)];
    await one.cluster.advance('1s');
    await other.cluster.advance('1s');
    expect([one, other].map(({ cluster, tokens }) => [cluster.leader(), tokens])).toEqual([
      [0, ['1']],
      [0, ['1']],
    ]);
  });
});

describe('the course of a test', () => {
  /** Everything that can happen to a cluster. */
  async function scenario(seed?: number): Promise<unknown[]> {
    const { cluster, events, tokens } = jobCluster(3, seed === undefined ? {} : { seed });
    const leaderAfter = async (time: string): Promise<number> => {
      await cluster.advance(time);
      return cluster.leader()!;
    };
    const killed = await leaderAfter('40s');
    cluster.kill(killed);
    cluster.partition(await leaderAfter('40s'));
    await cluster.restart(killed);
    const stopped = await leaderAfter('40s');
    cluster.heal();
    await cluster.stop(stopped);
    cluster.pause(await leaderAfter('32s'));
    await cluster.advance('40s');
    await cluster.close();
    return [events, tokens, cluster.clock.now()];
  }

  it('is the same each time, and another one with another seed', async () => {
    const first = await scenario();
    expect(await scenario()).toEqual(first);
    expect(await scenario(1)).toEqual(first);
    expect(await scenario(2)).not.toEqual(first);
  });
});
