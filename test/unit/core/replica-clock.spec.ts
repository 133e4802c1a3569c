import { describe, expect, it } from '@jest/globals';
import { FakeClock } from 'nestjs-wait/testing';
import { ReplicaClock } from '../../../src/testing/replica-clock.js';

/** A clock with timers that come due at 10, 20 and 30 ms, in another order than they were armed. */
function armed(rate?: number): { world: FakeClock; clock: ReplicaClock; fired: [number, number][] } {
  const world = new FakeClock();
  const clock = new ReplicaClock(world, rate);
  const fired: [number, number][] = [];
  for (const due of [20, 10, 30]) {
    clock.newTimer(() => fired.push([world.now(), due])).reset(due);
  }
  return { world, clock, fired };
}

describe('ReplicaClock', () => {
  it('fires each timer at its own time', async () => {
    const { world, fired } = armed();
    await world.advance(30);
    expect(fired).toEqual([
      [10, 10],
      [20, 20],
      [30, 30],
    ]);
  });

  it('holds timers during a pause, and fires what came due in the order in which it was due', async () => {
    const { world, clock, fired } = armed();
    clock.pause();
    clock.newTimer(() => fired.push([world.now(), 5])).reset(5); // a reply that arrives meanwhile
    await world.advance(25);
    expect([fired, clock.now(), clock.isRunning, clock.isDead]).toEqual([[], 25, false, false]);
    clock.resume();
    await world.advance(5);
    expect(fired).toEqual([
      [25, 5],
      [25, 10],
      [25, 20],
      [30, 30],
    ]);
  });

  it('fires nothing after its death, and arms nothing', async () => {
    const { world, clock, fired } = armed();
    await world.advance(10);
    clock.kill();
    clock.newTimer(() => fired.push([world.now(), 5])).reset(5);
    clock.resume();
    expect([world.armedTimers, clock.isRunning, clock.isDead]).toEqual([0, false, true]);
    await world.advance(100);
    expect(fired).toEqual([[10, 10]]);
  });

  it('may run faster or slower than the world', async () => {
    const { world, clock, fired } = armed(2);
    await world.advance(15);
    expect([clock.now(), fired]).toEqual([
      30,
      [
        [5, 10],
        [10, 20],
        [15, 30],
      ],
    ]);
  });

  it('has a wall clock that moves with it, also during a pause, and is set with that of the world', async () => {
    const world = new FakeClock(1_000_000);
    const clock = new ReplicaClock(world, 2);
    const readings = [clock.wallNow()];
    const advance = async (duration: number): Promise<void> => {
      await world.advance(duration);
      readings.push(clock.wallNow());
    };
    await advance(1000);
    clock.pause();
    await advance(500);
    world.setWallTime(5_000_000);
    readings.push(clock.wallNow());
    await advance(10);
    expect(readings).toEqual([1_000_000, 1_002_000, 1_003_000, 5_001_500, 5_001_520]);
  });

  it('hands the options of a timer on, so that the world knows which ones are unreferenced', () => {
    const world = new FakeClock();
    const clock = new ReplicaClock(world);
    clock.newTimer(() => undefined, { unref: true }).reset(10);
    clock.newTimer(() => undefined).reset(10);
    void clock.sleep(10);
    expect([world.armedTimers, world.referencedTimers]).toEqual([3, 2]);
  });
});
