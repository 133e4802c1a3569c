import { describe, expect, it } from '@jest/globals';
import { jitter, JitteredBackoffManager } from 'nestjs-wait';
import { formatDuration } from '../../../src/core/time/duration.js';

describe('durations', () => {
  it.each([
    { duration: 5000, wantMilliseconds: 5000 },
    { duration: 0.5, wantMilliseconds: 0.5 },
    { duration: '250ms', wantMilliseconds: 250 },
    { duration: '5s', wantMilliseconds: 5000 },
    { duration: '1.5m', wantMilliseconds: 90_000 },
    { duration: '2h', wantMilliseconds: 7_200_000 },
    { duration: '1 day', wantMilliseconds: 86_400_000 },
  ])('reads $duration as $wantMilliseconds ms', ({ duration, wantMilliseconds }) => {
    expect(new JitteredBackoffManager(duration, 0).backoff()).toBe(wantMilliseconds);
  });

  it.each([NaN, Infinity, '', 'abc', '5 parsecs', ' '.repeat(200), undefined, null, 5n, {}])(
    'refuses %p',
    (duration) => {
      expect(() => new JitteredBackoffManager(duration as number, 0)).toThrow(
        /period must be a finite number/,
      );
    },
  );

  it.each(['100', ' 5 ', '-1', '1.5', '.5', '+3'])('refuses %p, which has no unit', (duration) => {
    expect(() => new JitteredBackoffManager(duration, 0)).toThrow(
      `JitteredBackoffManager: period must have a unit, as in '${duration.trim()}ms' or '${duration.trim()}s'`,
    );
  });

  it.each([1e13, -1e13, 1e303, '300y'])('refuses %p, which is longer than 292 years', (duration) => {
    expect(() => new JitteredBackoffManager(duration, 0)).toThrow('period must be at most 292 years');
  });

  it.each([
    { milliseconds: 0, wantText: '0ms' },
    { milliseconds: 0.5, wantText: '0.5ms' },
    { milliseconds: 999, wantText: '999ms' },
    { milliseconds: 1234, wantText: '1.234s' },
    { milliseconds: 1234.5, wantText: '1234.5ms' },
    { milliseconds: 1500, wantText: '1.5s' },
    { milliseconds: 4400, wantText: '4.4s' },
    { milliseconds: 5000, wantText: '5s' },
    { milliseconds: 59_999, wantText: '59.999s' },
    { milliseconds: 60_001, wantText: '1m1ms' },
    { milliseconds: 90_000, wantText: '1m30s' },
    { milliseconds: 90_500, wantText: '1m30.5s' },
    { milliseconds: 120_000, wantText: '2m' },
    { milliseconds: 5_400_000, wantText: '1h30m' },
    { milliseconds: 86_400_000, wantText: '1d' },
    { milliseconds: 90_061_001, wantText: '1d1h1m1.001s' },
    { milliseconds: -1500, wantText: '-1.5s' },
    { milliseconds: -90_000, wantText: '-1m30s' },
    { milliseconds: 2 ** 63 / 1e6, wantText: '9223372036854.775ms' },
  ])('writes $milliseconds ms as $wantText', ({ milliseconds, wantText }) => {
    expect(formatDuration(milliseconds)).toBe(wantText);
  });

  it('stay at 292 years when jitter would stretch them beyond', () => {
    const longest = 2 ** 63 / 1e6;
    expect(jitter(longest, 1, () => 0.5)).toBe(longest);
    expect(jitter(1, 1e308, () => 0.5)).toBe(longest);
  });
});
