import { describe, expect, it, jest } from '@jest/globals';
import { until } from 'nestjs-wait';
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

  it('says so when time stands still', async () => {
    const clock = new FakeClock();
    const stop = new AbortController();
    void until(() => undefined, 0, stop.signal, { clock });
    await expect(clock.advance(1000)).rejects.toThrow('Time stands still at 0 ms');
    stop.abort();
  }, 60_000);
});
