import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { Injectable } from '@nestjs/common';
import { Until, type LoopHandle, type WaitModuleOptions } from 'nestjs-wait';
import { bootAround, ON_REQUEST } from '../support/around-loop.js';
import { boot } from '../support/boot.js';
import { countMade } from '../support/count-made.js';

afterEach(() => {
  jest.restoreAllMocks();
});

/** Boots a loop that is only run on request. */
async function bootPlain(f: () => unknown, options: WaitModuleOptions): Promise<LoopHandle> {
  const { service, clock } = await boot({}, options);
  const handle = service.until(f, { name: 'job', period: '1h', ...ON_REQUEST });
  await clock.advance(0);
  return handle;
}

describe.each<[what: string, options: WaitModuleOptions]>([
  ['no around function', {}],
  ['an empty list of them', { around: [] }],
])('with %s', (_what, options) => {
  it('a run of a synchronous function has ended before trigger() returns', async () => {
    const handle = await bootPlain(() => {}, options);
    void handle.trigger();
    expect(handle.info()).toMatchObject({ state: 'waiting', runs: 1, lastOutcome: 'succeeded' });
  });

  it('a synchronous failure is handled before trigger() returns', async () => {
    const seen: unknown[] = [];
    const boom = new Error('boom');
    const handle = await bootPlain(
      () => {
        throw boom;
      },
      { ...options, crashHandlers: [(error) => void seen.push(error)] },
    );
    void handle.trigger();
    expect(seen).toEqual([boom]);
    expect(handle.info()).toMatchObject({ state: 'waiting', failures: 1 });
  });

  it('a run ends in the microtask after its promise has settled', async () => {
    let settle: () => void = () => {};
    const handle = await bootPlain(() => new Promise<void>((resolve) => (settle = resolve)), options);
    void handle.trigger();
    settle();
    const states: string[] = [];
    for (let microtask = 0; microtask < 3; microtask++) {
      states.push(handle.info().state);
      // oxlint-disable-next-line no-await-in-loop -- one microtask after the other
      await Promise.resolve();
    }
    expect(states).toEqual(['running', 'waiting', 'waiting']);
  });

  it('no signal is made for a method that takes none', async () => {
    @Injectable()
    class Job {
      @Until('1s')
      tick(): void {}
    }
    const { clock, registry } = await boot({ providers: [Job] }, options);
    const made = countMade('AbortController');
    await clock.advance(100_000);
    expect(registry.get('Job.tick')?.info().runs).toBe(101);
    expect(made()).toBe(0);
  });
});

it('with an around function, a run is always asynchronous', async () => {
  const { handle, clock } = await bootAround({ around: () => [], work: () => () => {}, loop: ON_REQUEST });
  void handle.trigger();
  expect(handle.info()).toMatchObject({ state: 'running', runs: 1 });
  await clock.advance(0);
  expect(handle.info()).toMatchObject({ state: 'waiting', runs: 1, lastOutcome: 'succeeded' });
});
