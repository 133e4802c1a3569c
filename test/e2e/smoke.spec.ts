import { describe, expect, it } from '@jest/globals';
import { Injectable } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { JitterUntil, WaitModule, WAIT_CLOCK, LoopRegistry, WAIT_RANDOM } from 'nestjs-wait';
import { FakeClock } from 'nestjs-wait/testing';

describe('smoke', () => {
  it('runs', async () => {
    const clock = new FakeClock();
    const starts: unknown[] = [];
    @Injectable()
    class Outbox {
      @JitterUntil({ period: 5000, jitter: 1 })
      flush(signal: AbortSignal) {
        starts.push([clock.now(), signal.aborted]);
      }
    }
    const app = (
      await Test.createTestingModule({ imports: [WaitModule.forRoot()], providers: [Outbox] })
        .overrideProvider(WAIT_CLOCK)
        .useValue(clock)
        .overrideProvider(WAIT_RANDOM)
        .useValue(() => 0.5)
        .compile()
    ).createNestApplication();
    await app.init();
    await clock.advance(20_000);
    expect(starts).toEqual([
      [0, false],
      [7500, false],
      [15000, false],
    ]);
    expect(app.get(LoopRegistry).list()).toMatchObject([{ name: 'Outbox.flush', runs: 3 }]);
    await app.close();
    expect(clock.armedTimers).toBe(0);
  });
});
