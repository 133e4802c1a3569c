import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { realClock } from 'nestjs-wait';
import { FakeClock } from 'nestjs-wait/testing';
import { WallTime } from '../../../src/nest/run/wall-time.js';

describe('the wall time of an event', () => {
  afterEach(() => {
    jest.restoreAllMocks();
  });

  it('is read once a millisecond, when many loops run in one', () => {
    const read = jest.spyOn(Date, 'now').mockReturnValue(5_000_000);
    const wallTime = new WallTime(realClock);
    expect([wallTime.at(10), wallTime.at(10.5)]).toEqual([5_000_000, 5_000_000.5]);
    expect(read).toHaveBeenCalledTimes(1);
    read.mockReturnValue(9_000_000); // somebody has set the clock
    expect(wallTime.at(11)).toBe(9_000_000);
  });

  it('is read anew when time goes back, as fake timers make it do', () => {
    jest.spyOn(Date, 'now').mockReturnValueOnce(5_000_000).mockReturnValueOnce(6_000_000);
    const wallTime = new WallTime(realClock);
    expect([wallTime.at(60_000), wallTime.at(0)]).toEqual([5_000_000, 6_000_000]);
  });

  it('is always read from a clock that has one, since a test may set it at any time', () => {
    const clock = new FakeClock(0);
    const wallTime = new WallTime(clock);
    expect(wallTime.at(0)).toBe(0);
    clock.setWallTime(86_400_000);
    expect(wallTime.at(0)).toBe(86_400_000);
  });
});
