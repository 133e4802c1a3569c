import { describe, expect, it, jest } from '@jest/globals';
import { nonSlidingUntil, until } from 'nestjs-wait';
import { FakeClock } from 'nestjs-wait/testing';

describe('FakeClock', () => {
  it('stands still until it is moved', async () => {
    const clock = new FakeClock();
    expect(clock.now()).toBe(0);
    await clock.advance(1500.5);
    expect(clock.now()).toBe(1500.5);
  });

  it('fires what is due in order, each at its own time, and equal ones in the order of arming', async () => {
    const clock = new FakeClock();
    const fired: [number, string][] = [];
    for (const [name, delay] of [
      ['c', 30],
      ['a', 10],
      ['b1', 20],
      ['b2', 20],
      ['later', 31],
    ] as const) {
      clock.newTimer(() => fired.push([clock.now(), name])).reset(delay);
    }
    await clock.advance(30);
    expect(fired).toEqual([
      [10, 'a'],
      [20, 'b1'],
      [20, 'b2'],
      [30, 'c'],
    ]);
    expect(clock.armedTimers).toBe(1);
  });

  it('lets a run that became ready go on in between, so that it arms the next wait within one advance', async () => {
    const clock = new FakeClock();
    const stop = new AbortController();
    const starts: number[] = [];
    const f = async (): Promise<void> => {
      starts.push(clock.now());
      await clock.sleep(100);
      await Promise.resolve();
    };
    const done = until(f, 1000, stop.signal, { clock });
    await clock.advance(3000);
    expect(starts).toEqual([0, 1100, 2200]);
    stop.abort();
    await done;
    expect(clock.armedTimers).toBe(0);
  });

  it('takes virtual time for a sleep, and none for one of zero', async () => {
    const clock = new FakeClock();
    await clock.sleep(0);
    let woke = -1;
    void clock.sleep(250).then(() => (woke = clock.now()));
    expect(clock.armedTimers).toBe(1);
    await clock.advance(249);
    expect(woke).toBe(-1);
    await clock.advance(1);
    expect(woke).toBe(250);
  });

  it('waits until that many timers are armed', async () => {
    const clock = new FakeClock();
    await clock.waitForTimers(0);
    const met: string[] = [];
    const waiting = clock.waitForTimers(2).then(() => met.push('two'));
    clock.newTimer(() => undefined).reset(10);
    await clock.advance(0);
    expect(met).toEqual([]);
    clock.newTimer(() => undefined).reset(10);
    await waiting;
    expect(met).toEqual(['two']);
  });

  it('counts a timer once, however often it is armed, and not when it is stopped', () => {
    const clock = new FakeClock();
    const timer = clock.newTimer(() => undefined);
    timer.reset(10);
    timer.reset(20);
    expect(clock.armedTimers).toBe(1);
    timer.stop();
    timer.stop();
    expect(clock.armedTimers).toBe(0);
  });

  it.each([-1, NaN, Infinity, '5', null, undefined, {}])('refuses to advance by %p', async (duration) => {
    const clock = new FakeClock();
    await expect(clock.advance(duration as number)).rejects.toMatchObject({
      code: 'WAIT_ERR_FAKE_CLOCK',
      message: expect.stringMatching(/^FakeClock\.advance takes milliseconds from 0 up, not /),
    });
    expect(clock.now()).toBe(0);
  });

  it.each([NaN, '5', undefined])('refuses a timer of %p, which would hold up all others', (delay) => {
    const clock = new FakeClock();
    const timer = clock.newTimer(() => undefined);
    expect(() => timer.reset(delay as number)).toThrow('Timer.reset takes milliseconds, not');
    expect(clock.armedTimers).toBe(0);
  });

  it.each([NaN, -1, 1.5, Infinity, '5', null, undefined])('refuses to wait for %p timers', async (count) => {
    await expect(new FakeClock().waitForTimers(count as number)).rejects.toMatchObject({
      code: 'WAIT_ERR_FAKE_CLOCK',
      message: expect.stringMatching(/^FakeClock\.waitForTimers takes a whole number from 0 up, not /),
    });
  });

  it('refuses a timer that has nothing to call', () => {
    expect(() => new FakeClock().newTimer(undefined as never)).toThrow(
      'FakeClock.newTimer takes a function, not undefined.',
    );
  });

  it.each([NaN, Infinity, '5', null])('refuses to sleep for %p', async (duration) => {
    const clock = new FakeClock();
    await expect(clock.sleep(duration as number)).rejects.toMatchObject({ code: 'WAIT_ERR_FAKE_CLOCK' });
    expect(clock.armedTimers).toBe(0);
  });

  it('never goes back, however many advances are in progress, and each ends when the clock gets there', async () => {
    const clock = new FakeClock();
    const ends: [name: string, time: number][] = [];
    const readings: number[] = [];
    for (const at of [100, 400, 700, 1000]) {
      clock.newTimer(() => readings.push(clock.now())).reset(at);
    }
    const advance = async (name: string, duration: number): Promise<void> => {
      await clock.advance(duration);
      ends.push([name, clock.now()]);
    };
    await Promise.all([advance('long', 1000), advance('short', 400)]);
    expect(readings).toEqual([100, 400, 700, 1000]);
    expect(ends).toEqual([
      ['short', 400],
      ['long', 1000],
    ]);
    expect(clock.now()).toBe(1000);
  });

  it('moves for an advance inside a run of another advance, which then goes on', async () => {
    const clock = new FakeClock();
    const events: [string, number][] = [];
    const note = (event: string): void => void events.push([event, clock.now()]);
    const timer = clock.newTimer(() => {
      note('outer');
      void clock.advance(50).then(() => note('inner is there'));
    });
    timer.reset(100);
    clock.newTimer(() => note('between')).reset(130);
    clock.newTimer(() => note('later')).reset(200);
    await clock.advance(1000);
    expect(events).toEqual([
      ['outer', 100],
      ['between', 130],
      ['inner is there', 150],
      ['later', 200],
    ]);
    expect(clock.now()).toBe(1000);
  });

  it('moves again after an advance that has failed', async () => {
    const clock = new FakeClock();
    clock
      .newTimer(() => {
        throw new Error('boom');
      })
      .reset(10);
    await expect(Promise.all([clock.advance(20), clock.advance(30)])).rejects.toThrow('boom');
    await clock.advance(5);
    expect(clock.now()).toBe(15);
  });

  it('lets the event loop turn at every instant, so that what a run waits for outside of virtual time comes', async () => {
    const clock = new FakeClock();
    const stop = new AbortController();
    const events: string[] = [];
    const f = async (): Promise<void> => {
      events.push(`begin ${clock.now()}`);
      await new Promise((resolve) => void setImmediate(resolve));
      events.push(`end ${clock.now()}`);
    };
    const done = until(f, 10, stop.signal, { clock });
    await clock.advance(25);
    stop.abort();
    await done;
    expect(events).toEqual(['begin 0', 'end 0', 'begin 10', 'end 10', 'begin 20', 'end 20']);
  });

  it('moves under fake timers that were there before it was loaded', async () => {
    jest.useFakeTimers();
    const { setImmediate, clearImmediate } = globalThis;
    jest.doMock('node:timers', () => ({ setImmediate, clearImmediate })); // as sinon replaces them, too
    let moved = -1;
    await jest.isolateModulesAsync(async () => {
      const { FakeClock: Loaded } = await import('../../../src/testing/fake-clock.js');
      const clock = new Loaded();
      await clock.advance(1000);
      moved = clock.now();
    });
    jest.dontMock('node:timers');
    jest.useRealTimers();
    expect(moved).toBe(1000);
  });

  it('begins on 1 January 2000 on the wall, and goes on with the clock', async () => {
    const clock = new FakeClock();
    expect(new Date(clock.wallNow()).toISOString()).toBe('2000-01-01T00:00:00.000Z');
    await clock.advance(1500);
    expect(new Date(clock.wallNow()).toISOString()).toBe('2000-01-01T00:00:01.500Z');
  });

  it.each([
    { title: 'a Date', startsAt: new Date('2026-03-29T00:59:00Z'), wantWall: Date.UTC(2026, 2, 29, 0, 59) },
    { title: 'milliseconds', startsAt: 1234.5, wantWall: 1234.5 },
    { title: 'a moment before 1970', startsAt: -1, wantWall: -1 },
    { title: 'undefined', startsAt: undefined, wantWall: Date.UTC(2000, 0, 1) },
  ])('begins on the wall at $title, while now() begins at zero', ({ startsAt, wantWall }) => {
    const clock = new FakeClock(startsAt);
    expect([clock.wallNow(), clock.now()]).toEqual([wantWall, 0]);
  });

  it('is not moved by a change of the Date with which it began or was set', () => {
    const date = new Date(1000);
    const clock = new FakeClock(date);
    date.setTime(2000);
    expect(clock.wallNow()).toBe(1000);
    clock.setWallTime(date);
    date.setTime(3000);
    expect(clock.wallNow()).toBe(2000);
  });

  it.each([new Date(NaN), NaN, Infinity, 9e15, '2026-01-01', null, {}])(
    'refuses to begin at %p, or to be set to it',
    (date) => {
      const refusal = (method: string): unknown =>
        expect.objectContaining({
          code: 'WAIT_ERR_FAKE_CLOCK',
          message: expect.stringContaining(`${method} takes a valid Date or milliseconds since 1970, not `),
        });
      expect(() => new FakeClock(date as Date)).toThrow(refusal('new FakeClock'));
      const clock = new FakeClock(1000);
      expect(() => clock.setWallTime(date as Date)).toThrow(refusal('FakeClock.setWallTime'));
      expect(clock.wallNow()).toBe(1000);
    },
  );

  it('refuses to be set to no date at all', () => {
    expect(() => new FakeClock().setWallTime(undefined as never)).toThrow('FakeClock.setWallTime takes ');
  });

  it.each([
    { title: 'back by a day', step: -86_400_000 },
    { title: 'forward by a day', step: 86_400_000 },
  ])('changes nothing in the loops when the wall clock is set $title', async ({ step }) => {
    const clock = new FakeClock();
    const stop = new AbortController();
    const starts: [now: number, wall: number][] = [];
    const start = clock.wallNow();
    const f = (): void => void starts.push([clock.now(), clock.wallNow() - start]);
    const done = Promise.all([
      until(f, 1000, stop.signal, { clock }),
      nonSlidingUntil(f, 1000, stop.signal, { clock }),
    ]);
    await clock.advance(1500);
    const { armedTimers, nextDue } = clock;
    clock.setWallTime(clock.wallNow() + step);
    expect([clock.now(), clock.armedTimers, clock.nextDue]).toEqual([1500, armedTimers, nextDue]);
    await clock.advance(1000);
    stop.abort();
    await done;
    expect(starts).toEqual([
      [0, 0],
      [0, 0],
      [1000, 1000],
      [1000, 1000],
      [2000, 2000 + step],
      [2000, 2000 + step],
    ]);
  });

  it('keeps the time that the wall clock was set to inside of an advance', async () => {
    const clock = new FakeClock(0);
    const readings: number[] = [];
    clock.newTimer(() => clock.setWallTime(1_000_000)).reset(100);
    clock.newTimer(() => readings.push(clock.wallNow())).reset(150);
    await clock.advance(200);
    expect([...readings, clock.wallNow(), clock.now()]).toEqual([1_000_050, 1_000_100, 200]);
  });

  it('counts unreferenced timers as armed and not as referenced, however they end', async () => {
    const clock = new FakeClock();
    const counts: [armed: number, referenced: number][] = [];
    const count = (): void => void counts.push([clock.armedTimers, clock.referencedTimers]);
    const sweep = clock.newTimer(() => undefined, { unref: true });
    const deadline = clock.newTimer(() => undefined, { unref: false });
    count();
    sweep.reset(10);
    count();
    sweep.reset(20);
    deadline.reset(20);
    void clock.sleep(30);
    count();
    sweep.stop();
    sweep.stop();
    count();
    sweep.reset(5);
    deadline.stop();
    count();
    await clock.advance(5);
    count();
    await clock.advance(25);
    count();
    expect(counts).toEqual([
      [0, 0],
      [1, 0],
      [3, 2],
      [2, 2],
      [2, 1],
      [1, 1],
      [0, 0],
    ]);
  });

  it('waits until that many referenced timers are armed, if it is told so', async () => {
    const clock = new FakeClock();
    const met: string[] = [];
    const arm = async (unref: boolean): Promise<void> => {
      clock.newTimer(() => undefined, { unref }).reset(10);
      await clock.advance(0);
    };
    await clock.waitForTimers(0, { referenced: true });
    void clock.waitForTimers(2, { referenced: true }).then(() => met.push('two referenced'));
    void clock.waitForTimers(2, { referenced: false }).then(() => met.push('two of any kind'));
    await arm(true);
    await arm(false);
    expect(met).toEqual(['two of any kind']);
    await arm(true);
    expect(met).toEqual(['two of any kind']);
    await arm(false);
    expect(met).toEqual(['two of any kind', 'two referenced']);
    await clock.waitForTimers(2, { referenced: true });
    await clock.waitForTimers(4, {});
  });

  it.each([
    { options: { referenced: 'yes' }, wantText: "referenced must be true or false, not 'yes'" },
    { options: { refd: true }, wantText: "'refd'" },
    { options: true, wantText: 'takes an options object' },
  ])('refuses to wait for timers with $options', async ({ options, wantText }) => {
    await expect(new FakeClock().waitForTimers(0, options as never)).rejects.toMatchObject({
      code: 'WAIT_ERR_INVALID_OPTION',
      message: expect.stringMatching(new RegExp(`^FakeClock\\.waitForTimers.*${wantText}`)),
    });
  });

  it('says so when time stands still', async () => {
    const clock = new FakeClock();
    const stop = new AbortController();
    void until(() => undefined, 0, stop.signal, { clock });
    await expect(clock.advance(1000)).rejects.toThrow('Time stands still at 0 ms');
    stop.abort();
  }, 60_000);
});
