import { describe, expect, it } from '@jest/globals';
import { JitteredBackoffManager, neverStop, until, type LoopOptions } from 'nestjs-wait';
import { OptionReader } from '../../../src/core/options/option-reader.js';
import { FakeClock } from 'nestjs-wait/testing';

const invalid = (message: string): object => ({ code: 'WAIT_ERR_INVALID_OPTION', message });

class Base {
  get factor(): number {
    return 3;
  }
}

class Settings extends Base {
  duration = '1s';
  reads = 0;

  get jitter(): number {
    this.reads++;
    return 0.5;
  }

  helper(): void {}
}

describe('the options of a class', () => {
  const known = ['duration', 'factor', 'jitter', 'steps', 'reads'];

  it('are its properties, its getters and those that it inherits, each read once', () => {
    const settings = new Settings();
    const reader = OptionReader.of('X', settings, known);
    expect([reader.duration('duration'), reader.number('factor'), reader.number('jitter')]).toEqual([
      1000, 3, 0.5,
    ]);
    expect(reader.number('jitter')).toBe(0.5);
    expect(settings.reads).toBe(1);
  });

  it('may stand beside other members, which those of a literal may not', () => {
    expect(OptionReader.of('X', new Settings(), ['duration']).duration('duration')).toBe(1000);
    expect(() => OptionReader.of('X', { duration: 1, reads: 0 }, ['factor', 'jitter', 'duration'])).toThrow(
      expect.objectContaining(invalid("X: it has no option 'reads'; it takes factor, jitter, duration.")),
    );
  });

  it('are refused by name where a getter throws, with the cause', () => {
    const cause = new Error('no such setting');
    const settings = {
      get period(): never {
        throw cause;
      },
    };
    expect(() => OptionReader.of('X', settings, ['period'])).toThrow(
      expect.objectContaining({ ...invalid('X: period cannot be read: [Error: no such setting].'), cause }),
    );
  });

  it.each<[what: string, value: unknown]>([
    ['a promise', Promise.resolve({})],
    // oxlint-disable-next-line unicorn/no-thenable -- the very thing that is tested
    ['a thenable', { then: () => undefined }],
    ['a date', new Date(0)],
    ['a map', new Map()],
    ['a list', []],
    ['a class', Settings],
    ['a boxed number', Object(5)],
    ['an error', new Error('no')],
    ['null', null],
  ])('are no such thing as %s', (_what, value) => {
    expect(() => OptionReader.of('X', value, [])).toThrow(/^X takes an options object, not /);
  });

  it('leave no unhandled rejection when they are a promise that rejects', async () => {
    expect(() => OptionReader.of('X', Promise.reject(new Error('late')), [])).toThrow(/not a Promise/);
    await new Promise((resolve) => setImmediate(resolve)); // jest fails on an unhandled rejection
  });
});

describe('the options of a loop of the core', () => {
  it('may be those of a class', async () => {
    const clock = new FakeClock();
    class Options implements LoopOptions {
      get clock(): FakeClock {
        return clock;
      }
      get name(): string {
        return 'of the class';
      }
      get immediate(): boolean {
        return false;
      }
    }
    const stop = new AbortController();
    const starts: number[] = [];
    const done = until(() => starts.push(clock.now()), '5s', stop.signal, new Options());
    await clock.advance(5000);
    stop.abort();
    await done;
    expect(starts).toEqual([5000]);
    await expect(until(() => undefined, NaN, neverStop, new Options())).rejects.toThrow(/^of the class: /);
  });

  it('are as if not written where they are undefined', async () => {
    const options = { name: undefined, clock: undefined, immediate: undefined } as unknown as LoopOptions;
    await expect(until(() => undefined, 1, AbortSignal.abort(), options)).resolves.toBeUndefined();
    expect(new JitteredBackoffManager(1, 0, { random: undefined } as never).backoff()).toBe(1);
  });
});
