import { describe, expect, it, jest } from '@jest/globals';
import type { LoopOverview } from '../../src/nest/observe/loop-overview.js';
import type { PageData } from '../../src/page/page-data.js';
import { bootPage, type PageBooted } from '../support/page-data.js';

/** Tells how often the loops were looked through, and which ones were described. */
function watch({ app }: PageBooted): { readonly looks: number; readonly described: readonly string[] } {
  const overview = app.get<LoopOverview>(Symbol.for('nestjs-wait/loop-overview'), { strict: false });
  const all = jest.spyOn(overview, 'all');
  const describeOne = jest.spyOn(overview, 'describe');
  return {
    get looks() {
      return all.mock.calls.length;
    },
    get described() {
      return describeOne.mock.calls.map(([{ name }]) => name);
    },
  };
}

function start({ service }: PageBooted, ...names: readonly string[]): void {
  names.forEach((name) => service.until(() => {}, { name, period: '1h' }));
}

describe('PageDataSource', () => {
  it('looks through the loops at most once a second, whatever the requests ask for', async () => {
    const booted = await bootPage();
    start(booted, 'a', 'b');
    const watched = watch(booted);
    for (let request = 0; request < 1000; request++) {
      booted.data({ q: `${request}` });
      booted.data({ limit: `${request}` }, 'read');
      booted.data({ state: 'waiting' });
    }
    await booted.clock.advance(999);
    booted.data();
    expect(watched.looks).toBe(1);
    await booted.clock.advance(1);
    booted.data();
    expect(watched.looks).toBe(2);
  });

  it('describes only what it sends, and each loop at most once in that second', async () => {
    const booted = await bootPage();
    start(booted, 'job 7', 'job 8', 'job 9');
    await booted.clock.advance(0);
    const watched = watch(booted);
    booted.data({ limit: '2' });
    expect(watched.described).toEqual(['job 7', 'job 8']);
    booted.data({ q: '8' });
    booted.data({ q: '9' });
    booted.data();
    booted.data({ state: 'waiting' }, 'read');
    expect(watched.described).toEqual(['job 7', 'job 8', 'job 9']);
    await booted.clock.advance(1000);
    booted.data({ q: '8' });
    expect(watched.described).toEqual(['job 7', 'job 8', 'job 9', 'job 8']);
  });

  it('shows a loop that has changed after a second, or at once after forget()', async () => {
    const booted = await bootPage();
    const { source, data, registry, clock } = booted;
    start(booted, 'job');
    await clock.advance(0);
    const paused = (): boolean | undefined => data().loops[0]?.paused;
    expect(paused()).toBe(false);
    void registry.get('job')!.pause();
    expect(paused()).toBe(false);
    source.forget();
    expect(paused()).toBe(true);
    registry.get('job')!.resume();
    await clock.advance(999);
    expect(paused()).toBe(true);
    await clock.advance(1);
    expect(paused()).toBe(false);
  });

  it('forgets a loop that has left the registry at once, though nobody asks again', async () => {
    const booted = await bootPage();
    start(booted, 'a', 'b');
    await booted.clock.advance(0);
    const names = ({ loops }: PageData): string[] => loops.map(({ name }) => name);
    expect(names(booted.data({ loop: 'a' }))).toEqual(['a', 'b']);
    await booted.registry.get('a')!.stop();
    expect(booted.registry.get('a')).toBeUndefined();
    expect(names(booted.data({ loop: 'a' }))).toEqual(['b']);
  });

  it('gives a row the problem for which it is listed, also if the loop is well by then', async () => {
    const booted = await bootPage();
    let isBroken = true;
    const job = (): void => {
      if (isBroken) throw new Error('broken');
    };
    booted.service.until(job, { name: 'job', period: '1h' });
    await booted.clock.advance(0);
    booted.data({ q: 'another' });
    isBroken = false;
    void booted.registry.get('job')!.trigger();
    await booted.clock.advance(0);
    expect(booted.data({ state: 'failing' })).toMatchObject({
      counts: { failing: 1 },
      loops: [{ name: 'job', problem: 'failing', consecutiveFailures: 0 }],
    });
  });

  it('answers the same request with what it has written, until the filter is another one', async () => {
    const booted = await bootPage();
    start(booted, 'a', 'b');
    await booted.clock.advance(0);
    const names = (limit: string): string[] => booted.data({ limit }).loops.map(({ name }) => name);
    expect(names('1')).toEqual(['a']);
    expect(names('1')).toEqual(['a']);
    expect(names('2')).toEqual(['a', 'b']);
    expect(names('1')).toEqual(['a']);
  });

  it('tells the time, the access and the leadership of each request anew', async () => {
    const { source, clock } = await bootPage();
    const one = source.json({}, 'all');
    await clock.advance(500);
    const other = source.json({}, 'read');
    expect(JSON.parse(one.toString())).toMatchObject({ access: 'all', now: '2000-01-01T00:00:00.000Z' });
    expect(JSON.parse(other.toString())).toMatchObject({ access: 'read', now: '2000-01-01T00:00:00.500Z' });
  });
});
