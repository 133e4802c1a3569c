import { describe, expect, it, jest } from '@jest/globals';
import { forever, neverStop, until } from '../../../src/index.js';
import { FakeClock } from '../../../src/testing/index.js';

const crash = new Error('boom');

function crashing(): Promise<void> {
  const options = { crashHandlers: [], reallyCrash: true, clock: new FakeClock() };
  return forever(() => Promise.reject(crash), 1, options);
}

describe('the promise of a loop', () => {
  it('settles for everyone who asks, before the end and after it', async () => {
    const stop = new AbortController();
    const ended = until(() => {}, 1000, stop.signal, { clock: new FakeClock() });
    const finished = jest.fn();
    const before = Promise.all([ended, ended.then(() => 'then'), ended.finally(finished)]);

    stop.abort();

    expect(await before).toEqual([undefined, 'then', undefined]);
    expect(finished).toHaveBeenCalledTimes(1);
    expect(await ended.then(() => 'later')).toBe('later');
  });

  it('is pending while the loop goes on', async () => {
    const stop = new AbortController();
    const ended = until(() => {}, 1000, stop.signal, { clock: new FakeClock() });

    expect(await Promise.race([ended, Promise.resolve('still going')])).toBe('still going');

    stop.abort();
    await ended;
  });

  it('is rejected by a crash for everyone who asks, before the end and after it', async () => {
    const ended = crashing();

    await expect(ended).rejects.toBe(crash);
    await expect(ended.then(() => 'never')).rejects.toBe(crash);
    expect(await ended.catch((error: unknown) => error)).toBe(crash);
  });

  it('is rejected too where the crash came before anybody asked', async () => {
    const ended = until(
      () => {
        throw crash;
      },
      1,
      neverStop,
      { crashHandlers: [], reallyCrash: true },
    );

    await expect(ended).rejects.toBe(crash);
  });

  it('says what it is', () => {
    const stop = new AbortController();
    const ended = until(() => {}, 1000, stop.signal, { clock: new FakeClock() });

    expect(Object.prototype.toString.call(ended)).toBe('[object Promise]');
    stop.abort();
  });
});
