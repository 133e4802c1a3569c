import { describe, expect, it } from '@jest/globals';
import type { LoopKind } from 'nestjs-wait';
import { readDefaults } from '../../../src/nest/declare/loop-defaults.js';
import { resolveLoop, type LoopSpec } from '../../../src/nest/declare/resolve-loop.js';
import { updateLoop } from '../../../src/nest/declare/update-loop.js';
import { describeFailureBackoff, describeOptions } from '../../../src/page/describe-options.js';

interface Written {
  readonly kind?: LoopKind;
  readonly input?: unknown;
  readonly defaults?: object;
  readonly loops?: object;
}

function loop({ kind = 'Until', input = { period: '5s' }, defaults = {}, loops }: Written): LoopSpec {
  return resolveLoop(kind, 'Outbox.flush', input, {
    defaults: readDefaults('WaitModule.forRoot', defaults),
    ...(loops && { loops: { 'Outbox.flush': loops } }),
  });
}

/** Each option in one line: `period: 5s (decorator)`. */
function lines(spec: LoopSpec, writtenAt: 'decorator' | 'service' = 'decorator'): string[] {
  return describeOptions(spec, writtenAt).map(({ name, value, from }) => `${name}: ${value} (${from})`);
}

describe('describeOptions', () => {
  it.each<Written & { readonly what: string; readonly want: readonly string[] }>([
    { what: 'a period alone', input: 5000, want: ['period: 5s (decorator)'] },
    {
      what: 'every sort of value as people write it',
      kind: 'JitterUntil',
      input: {
        period: 90_000,
        jitter: 0.5,
        sliding: false,
        name: 'Outbox.flush',
        enabled: true,
        initialDelay: '0.5ms',
        workers: 2,
        leaderOnly: 'mail',
        timeout: false,
        hungAfter: '2 minutes',
        failureBackoff: { initial: 500, factor: 3 },
        pauseAfterFailures: 5,
      },
      want: [
        'period: 1m30s (decorator)',
        'jitter: 0.5 (decorator)',
        'sliding: false (decorator)',
        'name: Outbox.flush (decorator)',
        'enabled: true (decorator)',
        'initialDelay: 0.5ms (decorator)',
        'workers: 2 (decorator)',
        'leaderOnly: mail (decorator)',
        'timeout: false (decorator)',
        'hungAfter: 2m (decorator)',
        'failureBackoff: initial 500ms, factor 3 (decorator)',
        'pauseAfterFailures: 5 (decorator)',
      ],
    },
    {
      what: 'a function in a word',
      kind: 'BackoffUntil',
      input: { backoffManager: () => ({ backoff: () => 5 }) },
      want: ['backoffManager: a function (decorator)'],
    },
    {
      what: 'what is neither a duration nor a number',
      input: { period: '5s', initialDelay: 'jitter', failureBackoff: {}, hungAfter: false },
      want: [
        'period: 5s (decorator)',
        'initialDelay: jitter (decorator)',
        'hungAfter: false (decorator)',
        'failureBackoff: true (decorator)',
      ],
    },
    {
      what: 'what loops replaces and adds, but not what it leaves undefined',
      input: { period: '5s', workers: 2 },
      loops: { period: '7s', workers: undefined, enabled: true },
      want: ['period: 7s (loops)', 'workers: 2 (decorator)', 'enabled: true (loops)'],
    },
    {
      what: 'a default, also if loops has an entry for another option',
      defaults: { initialDelay: '1s' },
      loops: { workers: 3 },
      want: ['period: 5s (decorator)', 'initialDelay: 1s (defaults)', 'workers: 3 (loops)'],
    },
    {
      what: 'loops before the decorator, and that before the defaults',
      input: { period: '5s', timeout: '2s', initialDelay: 0 },
      defaults: { timeout: '1s', initialDelay: '1s', hungAfter: '9s' },
      loops: { timeout: '3s', hungAfter: '8s' },
      want: [
        'period: 5s (decorator)',
        'initialDelay: 0ms (decorator)',
        'timeout: 3s (loops)',
        'hungAfter: 8s (loops)',
      ],
    },
    {
      what: 'the decorator, if it writes the same as the defaults',
      input: { period: '5s', initialDelay: '1s' },
      defaults: { initialDelay: '1s' },
      want: ['period: 5s (decorator)', 'initialDelay: 1s (decorator)'],
    },
    {
      what: 'hungAfter as twice the timeout, from where the timeout comes from',
      defaults: { timeout: '10s' },
      want: [
        'period: 5s (decorator)',
        'timeout: 10s (defaults)',
        'hungAfter: 20s, twice the timeout (defaults)',
      ],
    },
    {
      what: 'no hungAfter if it is switched off',
      input: { period: '5s', timeout: '10s', hungAfter: false },
      want: ['period: 5s (decorator)', 'timeout: 10s (decorator)', 'hungAfter: false (decorator)'],
    },
    {
      what: 'no random delay by default for a loop with a backoff manager of its own',
      kind: 'BackoffUntil',
      input: { backoffManager: () => ({ backoff: () => 5 }) },
      defaults: { initialDelay: 'jitter', timeout: false },
      want: ['backoffManager: a function (decorator)', 'timeout: false (defaults)'],
    },
  ])('shows $what', ({ want, ...written }) => {
    expect(lines(loop(written)).toSorted()).toEqual(want.toSorted());
  });

  it('shows what was changed while the loop ran, over everything that was written', () => {
    const written = loop({ defaults: { timeout: '10s' }, loops: { period: '6s' } });
    const once = updateLoop(written, { period: '7s', hungAfter: undefined });
    expect(lines(once)).toEqual([
      'period: 7s (update)',
      'timeout: 10s (defaults)',
      'hungAfter: 20s, twice the timeout (defaults)',
    ]);
    expect(lines(updateLoop(once, { timeout: '1s' }))).toEqual([
      'period: 7s (update)',
      'timeout: 1s (update)',
      'hungAfter: 2s, twice the timeout (update)',
    ]);
  });

  it('names the service for a loop that it has started', () => {
    expect(lines(loop({ defaults: { initialDelay: '1s' } }), 'service')).toEqual([
      'period: 5s (service)',
      'initialDelay: 1s (defaults)',
    ]);
  });

  it('costs nothing for loops that have all of their options from one place', () => {
    const one = loop({ input: { period: '5s', timeout: '1s' }, defaults: { timeout: '2s' } });
    const other = loop({ loops: { period: undefined } });
    expect(one.sources).toBe(other.sources);
  });
});

describe('describeFailureBackoff', () => {
  it.each([
    {
      failureBackoff: true,
      want: 'at least 5s after the first failure, then 2 times as long each time, up to 5m, plus up to 10 % at random',
    },
    {
      failureBackoff: { initial: '1s', max: '30s', factor: 1.5, jitter: 0.005 },
      want: '1s after the first failure, then 1.5 times as long each time, up to 30s, plus up to 0.5 % at random',
    },
    { failureBackoff: { initial: '1s', factor: 1, jitter: 0 }, want: '1s after every failure' },
    {
      failureBackoff: { initial: '1s', max: '1s', jitter: 1 },
      want: '1s after every failure, plus up to 100 % at random',
    },
    { failureBackoff: { initial: 0 }, want: 'at once after every failure' },
  ])('says what $failureBackoff means', ({ failureBackoff, want }) => {
    const spec = loop({ input: { period: '5s', failureBackoff } });
    expect(describeFailureBackoff(spec.failureBackoff!)).toBe(want);
  });
});
