import { Injectable } from '@nestjs/common';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { Test } from '@nestjs/testing';
import { LeaderElection, Until, WAIT_LOCK_FACTORY, WaitModule, type WaitModuleOptions } from 'nestjs-wait';
import { InMemoryLock, InMemoryLockStore } from 'nestjs-wait/leader-election';
import { compile, type Booted } from '../support/boot.js';

const NAME = 'leader';

describe('A leader that is told to stop', () => {
  let store: InMemoryLockStore;

  beforeEach(() => {
    store = new InMemoryLockStore();
  });

  const options = (): WaitModuleOptions => ({
    leaderElection: { lock: new InMemoryLock({ store, identity: 'a' }) },
  });
  const holder = (): string | undefined => store.read(NAME)?.record.holderIdentity;

  it('leads, with its token, until its run has ended, and begins no other run', async () => {
    const asked: unknown[] = [];
    @Injectable()
    class Report {
      constructor(private readonly election: LeaderElection) {}

      @Until({ period: 1, leaderOnly: true })
      async write(): Promise<void> {
        for (let row = 0; row < 6; row++) {
          asked.push([this.election.fencingToken(), this.election.isLeader(), this.election.mayRun()]);
          // oxlint-disable-next-line no-await-in-loop -- a run takes its time
          await a.clock.sleep(1000);
        }
      }
    }
    const a: Booted = await compile({ providers: [Report] }, options());
    await a.app.init();
    await a.clock.advance(2500);
    await a.close();
    const [before, after] = [
      ['1', true, true],
      ['1', true, false],
    ];
    expect(asked).toEqual([before, before, before, after, after, after]);
    expect(a.app.get(LeaderElection).fencingToken()).toBeUndefined();
    expect(holder()).toBe('');
    expect(a.logger.messages('log').filter((line) => line.startsWith('leader election'))).toEqual([
      "leader election 'default': became leader",
      "leader election 'default': stopping",
      "leader election 'default': stopped leading",
    ]);
  });

  it('tells its callbacks only when its runs have ended, and waits for them before it releases', async () => {
    const events: string[] = [];
    @Injectable()
    class Report {
      @Until({ period: 1000, leaderOnly: true })
      async write(): Promise<void> {
        await a.clock.sleep(3000);
        events.push('run ended');
      }
    }
    const a: Booted = await compile({ providers: [Report] }, options());
    a.app.get(LeaderElection).onStoppedLeading(async () => {
      events.push('stopped leading');
      await a.clock.sleep(2000);
      events.push(`closed its file, held by ${holder()}`);
    });
    await a.app.init();
    await a.clock.advance(500);
    await a.close();
    expect(events).toEqual(['run ended', 'stopped leading', 'closed its file, held by a']);
    expect(holder()).toBe('');
  });

  it('because a crash handler has thrown keeps its lease until its runs have ended', async () => {
    @Injectable()
    class Slow {
      @Until({ period: 1000, leaderOnly: true })
      run(): Promise<void> {
        return a.clock.sleep(20_000);
      }
    }
    const crashHandlers = [
      (): never => {
        throw new Error('cannot log');
      },
    ];
    const a: Booted = await compile({ providers: [Slow] }, { ...options(), crashHandlers });
    const election = a.app.get(LeaderElection);
    election.onStartedLeading(async () => {
      await a.clock.sleep(5000);
      throw new Error('boom');
    });
    await a.app.init();
    await a.clock.advance(19_999);
    expect([holder(), election.isLeader(), election.mayRun()]).toEqual(['a', true, false]);
    await a.clock.advance(1);
    expect([holder(), election.isLeader()]).toEqual(['', false]);
    await a.close();
  });
});

it('A lock factory that gives two groups one record fails the bootstrap', async () => {
  const lock = new InMemoryLock();
  const groups = ['mail', 'reports'].map((name) => ({ name, lock: new InMemoryLock({ name }) }));
  const moduleRef = await Test.createTestingModule({
    imports: [WaitModule.forRoot({ leaderElection: groups })],
  })
    .overrideProvider(WAIT_LOCK_FACTORY)
    .useValue(() => lock)
    .compile();
  await expect(moduleRef.init()).rejects.toThrow(
    "WAIT_LOCK_FACTORY: the leaderElection groups 'mail' and 'reports' have the same lock.",
  );
  await moduleRef.close().catch(() => {}); // Nest 11 rejects again
});
