import { describe, expect, it, jest } from '@jest/globals';
import { Injectable } from '@nestjs/common';
import { hostname } from 'node:os';
import { BackoffUntil, Until, type CrashHandler } from 'nestjs-wait';
import type { PageData, PageLoop } from '../../src/page/page-data.js';
import type { PageQuery } from '../../src/page/page-query.js';
import { PageDataSource } from '../../src/page/page-data-source.js';
import { bootPage, type PageBooted } from '../support/page-data.js';
import { StolenLease } from '../support/stolen-lease.js';

const NO_LOOPS = {
  running: 0,
  waiting: 0,
  paused: 0,
  standby: 0,
  stopped: 0,
  hung: 0,
  failing: 0,
  overdue: 0,
};
const HOUR = 3_600_000;

/** Lets the clock show a time at which its timers have not fired: the process is overloaded. */
function freeze({ clock }: PageBooted, time: number): void {
  jest.spyOn(clock, 'now').mockReturnValue(time);
}

/** Each loop in one line: `failing Outbox.flush`. */
function lines({ loops }: Pick<PageData, 'loops'>): string[] {
  return loops.map(({ problem, name }) => `${problem ?? '-'} ${name}`);
}

function named({ loops }: PageData, name: string): PageLoop {
  return loops.find((loop) => loop.name === name)!;
}

const fail = (): never => {
  throw new Error('boom');
};

/** Starts a loop of each sort: two hung, two failing, two that are well. After 6 s they are what they are. */
async function startAll({ service, clock }: PageBooted): Promise<void> {
  const forever = (): Promise<void> => clock.sleep(HOUR);
  service.until(() => {}, { name: 'well 1', period: '1h' });
  service.nonSlidingUntil(fail, { name: 'failing 1', period: '5s' });
  service.until(forever, { name: 'hung 1', period: '5s', hungAfter: '1s' });
  service.until(() => {}, { name: 'well 2', period: '5s' });
  service.until(fail, { name: 'failing 2', period: '1h' });
  service.until(forever, { name: 'hung 2', period: '5s', hungAfter: '1s' });
  await clock.advance(6000);
}

describe('PageDataSource.json', () => {
  it('says who answers, and describes every loop', async () => {
    @Injectable()
    class Outbox {
      @Until('10s')
      flush(): void {}
    }
    const { data, clock } = await bootPage({ providers: [Outbox] }, {}, { title: 'Jobs', refresh: 3000 });
    const began = new Date(clock.wallNow()).toISOString();
    await clock.advance(2500);
    expect(data()).toEqual({
      instance: expect.stringMatching(`^${hostname()}-${process.pid}-[0-9a-f]{4}$`),
      leading: [],
      startedAt: began,
      now: new Date(clock.wallNow()).toISOString(),
      title: 'Jobs',
      refresh: 3000,
      access: 'all',
      showErrors: false,
      counts: { ...NO_LOOPS, waiting: 1 },
      total: 1,
      loops: [
        {
          name: 'Outbox.flush',
          kind: 'Until',
          schedule: '10s between runs',
          enabled: true,
          state: 'waiting',
          paused: false,
          runs: 1,
          failures: 0,
          consecutiveFailures: 0,
          timeouts: 0,
          skips: 0,
          aborts: 0,
          lastStart: began,
          lastDuration: 0,
          lastOutcome: 'succeeded',
          lastSuccess: began,
          hung: false,
          nextStart: new Date(clock.wallNow() + 7500).toISOString(),
          overdue: false,
          history: { outcomes: 's', durations: [0] },
        },
      ],
    });
  });

  it('describes a loop that is in trouble', async () => {
    const lease = new StolenLease();
    const { data, service, clock } = await bootPage({}, lease.options);
    const at = (time: number): string => new Date(clock.wallNow() - clock.now() + time).toISOString();
    let runs = 0;
    const work = (): unknown => (++runs === 1 ? undefined : clock.sleep(runs === 2 ? 100 : HOUR).then(fail));
    service.nonSlidingUntil(work, {
      name: 'job',
      period: '10s',
      timeout: '50ms',
      hungAfter: '2s',
      leaderOnly: true,
    });
    await clock.advance(23_000);
    void service.until(() => {}, { name: 'other', period: '1h', hungAfter: '2s' }).pause('for a while');
    expect(data().loops[1]).not.toHaveProperty('hungAfter');
    expect(data()).toMatchObject({
      counts: { ...NO_LOOPS, running: 1, paused: 1, hung: 1 },
      leading: ['default'],
      loops: [
        {
          name: 'job',
          kind: 'NonSlidingUntil',
          state: 'running',
          problem: 'hung',
          hungAfter: 2000,
          leaderOnly: 'default',
          runs: 3,
          failures: 1,
          consecutiveFailures: 1,
          timeouts: 1,
          lastStart: at(20_000),
          lastDuration: 100,
          lastOutcome: 'timedOut',
          lastSuccess: at(0),
          lastFailure: at(10_100),
          runningSince: at(20_000),
          nextStart: at(30_000),
          hung: true,
          history: { outcomes: 'st', durations: [0, 100] },
        },
        { name: 'other', state: 'paused', paused: true, pauseReason: 'for a while' },
      ],
    });
  });

  it('says what the one who asks may do', async () => {
    const { data } = await bootPage();
    expect(data({}, 'read').access).toBe('read');
    expect(data({}, 'all').access).toBe('all');
  });

  it('shows the time of the clock that is injected, although it was set in the meantime', async () => {
    const { data, clock } = await bootPage();
    const { startedAt } = data();
    clock.setWallTime(new Date('2031-05-06T07:08:09.250Z'));
    expect(data()).toMatchObject({ startedAt, now: '2031-05-06T07:08:09.250Z' });
  });

  it('lists what is wrong first: hung, failing, overdue; and otherwise in the order of the registry', async () => {
    const booted = await bootPage();
    await startAll(booted);
    freeze(booted, 12_000); // 'well 2' and 'failing 1' have been due since 10 s
    expect(lines(booted.data())).toEqual([
      'hung hung 1',
      'hung hung 2',
      'failing failing 1',
      'failing failing 2',
      'overdue well 2',
      '- well 1',
    ]);
  });

  it('counts all loops by state and by problem, whatever the filter is', async () => {
    const booted = await bootPage();
    await startAll(booted);
    await booted.registry.get('well 1')!.pause();
    const counts = { ...NO_LOOPS, running: 2, waiting: 3, paused: 1, hung: 2, failing: 2 };
    expect(booted.data()).toMatchObject({ counts, total: 6 });
    expect(booted.data({ q: 'well', state: 'paused', limit: '1' })).toMatchObject({ counts, total: 1 });
  });

  it.each([
    { query: { q: 'WELL' }, want: ['- well 1', '- well 2'] },
    { query: { q: ' ung 2 ' }, want: ['hung hung 2'] },
    { query: { q: 'Every 5s' }, want: ['failing failing 1'] },
    { query: { q: '1h between' }, want: ['failing failing 2', '- well 1'] },
    { query: { q: 'nothing' }, want: [] },
    { query: { state: 'failing' }, want: ['failing failing 1', 'failing failing 2'] },
    { query: { state: 'running' }, want: ['hung hung 1', 'hung hung 2'] },
    {
      query: { state: 'waiting' },
      want: ['failing failing 1', 'failing failing 2', '- well 1', '- well 2'],
    },
    { query: { state: 'hung,failing', q: '2' }, want: ['hung hung 2', 'failing failing 2'] },
    { query: { state: 'paused' }, want: [] },
    { query: { state: 'no such state' }, want: [] },
  ])('lists what matches $query', async ({ query, want }) => {
    const booted = await bootPage();
    await startAll(booted);
    const data = booted.data(query);
    expect(lines(data)).toEqual(want);
    expect(data.total).toBe(want.length);
  });

  it('finds a loop by its new schedule when it was updated', async () => {
    const { data, service, clock } = await bootPage();
    const handle = service.until(() => {}, { name: 'job', period: '5s' });
    expect(data({ q: '5s' }).total).toBe(1);
    handle.update({ period: '7s' });
    await clock.advance(1000);
    expect(data({ q: '5s' }).total).toBe(0);
    expect(data({ q: '7s' }).total).toBe(1);
  });

  it('lists as many loops as the limit says, and tells how many match', async () => {
    const booted = await bootPage();
    await startAll(booted);
    const data = booted.data({ limit: '3' });
    expect(lines(data)).toEqual(['hung hung 1', 'hung hung 2', 'failing failing 1']);
    expect(data.total).toBe(6);
    const failing = booted.data({ limit: '1', state: 'failing' });
    expect(lines(failing)).toEqual(['failing failing 1']);
    expect(failing.total).toBe(2);
  });

  it('lists up to 500 loops, and above that the first 100, unless the request says how many', async () => {
    const { data, source, service } = await bootPage();
    const start = (number: number): unknown =>
      service.until(() => {}, { name: `job ${number}`, period: '1h' });
    Array.from({ length: 500 }, (_, number) => start(number));
    expect(data().loops).toHaveLength(500);
    start(500);
    source.forget();
    expect(data()).toMatchObject({ total: 501, loops: { length: 100 } });
    expect(data({ limit: '500' }).loops).toHaveLength(500);
    expect(data({ limit: '501' }).loops).toHaveLength(100);
    expect(data({ limit: '7' }).loops).toHaveLength(7);
  });

  it('lists the open loop and paused ones before others that are well, if there are too many, and keeps the order', async () => {
    const { data, source, service, clock } = await bootPage();
    const [first, , third] = ['a', 'b', 'c', 'd', 'e', 'f'].map((name) =>
      service.until(() => {}, { name, period: '1h' }),
    );
    service.until(fail, { name: 'failing', period: '1h' });
    await clock.advance(0);
    const names = (query: PageQuery): string[] => {
      source.forget();
      return data(query).loops.map(({ name }) => name);
    };
    expect(names({ limit: '3' })).toEqual(['failing', 'a', 'b']);
    expect(names({ limit: '3', loop: 'e' })).toEqual(['failing', 'a', 'e']);
    await third!.pause();
    expect(names({ limit: '3' })).toEqual(['failing', 'a', 'c']);
    expect(names({ limit: '3', loop: 'e' })).toEqual(['failing', 'c', 'e']);
    expect(names({ limit: '1', loop: 'e' })).toEqual(['e']);
    expect(names({ limit: '1', loop: 'e', q: 'a' })).toEqual(['failing']);
    await first!.pause();
    expect(names({ limit: '2' })).toEqual(['failing', 'a']);
    expect(names({ limit: '1', loop: 'nobody' })).toEqual(['failing']);
  });

  it('lists each worker by itself', async () => {
    const { data, service, clock } = await bootPage();
    let runs = 0;
    service.until(() => (++runs === 2 ? fail() : undefined), { name: 'pool', period: '1h', workers: 3 });
    await clock.advance(0);
    expect(lines(data())).toEqual(['failing pool#1', '- pool#0', '- pool#2']);
    expect(data()).toMatchObject({ counts: { waiting: 3, failing: 1 }, total: 3 });
    expect(data({ loop: 'pool#1' }).detail?.name).toBe('pool#1');
    expect(data({ loop: 'pool' }).detail).toBeUndefined();
  });

  it('tells the name that a worker has in the options, if it is another one', async () => {
    const { data, service } = await bootPage();
    service.until(() => {}, { name: 'pool', period: '1h', workers: 2 });
    service.until(() => {}, { name: 'job#1', period: '1h' });
    expect(data().loops.map(({ loop }) => loop)).toEqual(['pool', 'pool', undefined]);
  });

  it('has the loops of its own application, if there are two in one process', async () => {
    const one = await bootPage();
    const other = await bootPage();
    one.service.until(fail, { name: 'of one', period: '5s' });
    other.service.until(() => {}, { name: 'of the other', period: '5s' });
    await one.clock.advance(5000);
    await other.clock.advance(0);
    expect(lines(one.data())).toEqual(['failing of one']);
    expect(one.data().loops[0]?.history.outcomes).toBe('ff');
    expect(lines(other.data())).toEqual(['- of the other']);
    expect(other.data().loops[0]?.history.outcomes).toBe('s');
    expect(other.data().instance).not.toBe(one.data().instance);
  });

  it('needs WaitModule', () => {
    const open = (): void =>
      new PageDataSource().open({ title: '', refresh: 0, history: 1, showErrors: false });
    expect(open).toThrow('WaitPageModule needs WaitModule');
  });
});

describe('a failing loop', () => {
  it('is still failing while it is paused, by hand or by itself', async () => {
    const { data, service, registry, clock } = await bootPage();
    service.until(fail, { name: 'by hand', period: '5s' });
    service.until(fail, { name: 'by itself', period: '5s', pauseAfterFailures: 1 });
    await clock.advance(0);
    await registry.get('by hand')!.pause();
    expect(lines(data())).toEqual(['failing by hand', 'failing by itself']);
    expect(data().loops.map(({ state }) => state)).toEqual(['paused', 'paused']);
  });

  it('is well again after a run that succeeds', async () => {
    const { data, service, clock } = await bootPage();
    let runs = 0;
    service.until(() => (++runs < 3 ? fail() : undefined), { name: 'job', period: '5s' });
    await clock.advance(5000);
    expect(lines(data())).toEqual(['failing job']);
    await clock.advance(5000);
    expect(lines(data())).toEqual(['- job']);
  });

  it('is stopped and not failing when somebody has stopped it', async () => {
    @Injectable()
    class Outbox {
      @Until('5s')
      flush(): void {
        fail();
      }
    }
    const { data, registry } = await bootPage({ providers: [Outbox] });
    await registry.get('Outbox.flush')!.stop();
    expect(data()).toMatchObject({ counts: { ...NO_LOOPS, stopped: 1 } });
    expect(lines(data())).toEqual(['- Outbox.flush']);
  });

  it.each<{ what: string; options: object; wantError: string }>([
    { what: 'that really crashed', options: { reallyCrash: true }, wantError: 'boom' },
    {
      what: 'whose crash handler threw',
      options: {
        crashHandlers: [
          (() => {
            throw new Error('worse');
          }) satisfies CrashHandler,
        ],
      },
      wantError: 'worse',
    },
  ])('stays failing if it is one $what, and shows what ended it', async ({ options, wantError }) => {
    @Injectable()
    class Outbox {
      @Until({ period: '1h', initialDelay: '1s' })
      flush(): void {
        fail();
      }
    }
    const { data, registry, clock } = await bootPage({ providers: [Outbox] }, options, { showErrors: true });
    const done = registry.get('Outbox.flush')!.done.catch(() => {});
    await clock.advance(1000);
    await done;
    expect(data()).toMatchObject({
      counts: { ...NO_LOOPS, stopped: 1, failing: 1 },
      loops: [{ problem: 'failing', state: 'stopped', lastError: wantError }],
    });
    expect(data({ loop: 'Outbox.flush' }).detail?.lastError).toContain(`Error: ${wantError}`);
  });

  it('is also one that a crash has ended before any of its runs failed', async () => {
    @Injectable()
    class Outbox {
      @BackoffUntil({ backoffManager: () => ({ backoff: fail }), initialDelay: '1s' })
      flush(): void {}
    }
    const { data, registry, clock } = await bootPage({ providers: [Outbox] }, {}, { showErrors: true });
    const done = registry.get('Outbox.flush')!.done.catch(() => {});
    await clock.advance(1000);
    await done;
    const [loop] = data().loops;
    expect(loop).toMatchObject({ problem: 'failing', state: 'stopped', failures: 0 });
    expect(loop?.lastError).toContain('boom');
  });
});

describe('a leader-only loop', () => {
  it('is never failing in standby, and its group is named only while this replica leads it', async () => {
    const lease = new StolenLease();
    const booted = await bootPage({}, lease.options);
    const { data, service, clock } = booted;
    service.until(fail, { name: 'job', period: '1h', leaderOnly: true });
    await clock.advance(1000);
    expect(lines(data())).toEqual(['failing job']);
    expect(data().leading).toEqual(['default']);
    await lease.take(booted);
    await clock.advance(1000);
    expect(data()).toMatchObject({ leading: [], counts: { ...NO_LOOPS, standby: 1 } });
    expect(lines(data())).toEqual(['- job']);
    expect(named(data(), 'job')).toMatchObject({ leaderOnly: 'default', consecutiveFailures: 1 });
  });

  it('has the fencing token of the term, as long as it lasts', async () => {
    const lease = new StolenLease();
    const booted = await bootPage({}, lease.options);
    const { data, service, clock } = booted;
    service.until(() => {}, { name: 'job', period: '1h', leaderOnly: true });
    service.until(() => {}, { name: 'everywhere', period: '1h' });
    await clock.advance(1000);
    expect(data({ loop: 'job' }).detail?.fencingToken).toBe('1');
    expect(data({ loop: 'everywhere' }).detail).not.toHaveProperty('fencingToken');
    await lease.take(booted);
    await clock.advance(1000);
    expect(data({ loop: 'job' }).detail).not.toHaveProperty('fencingToken');
  });
});
