import { describe, expect, it } from '@jest/globals';
import type { LoopKind } from 'nestjs-wait';
import { readDefaults } from '../../../src/nest/declare/loop-defaults.js';
import { resolveLoop, type LoopSettings, type LoopSpec } from '../../../src/nest/declare/resolve-loop.js';
import { WaitPlan } from '../../../src/nest/run/wait-plan.js';
import { oddValues } from '../../support/odd-values.js';

const LONGEST = 2 ** 63 / 1e6;

const RIGHT: Readonly<Record<LoopKind, object>> = {
  Until: { period: '5s' },
  NonSlidingUntil: { period: '5s' },
  JitterUntil: { period: '5s', jitter: 1 },
  BackoffUntil: { initial: '5s' },
  Forever: { period: '5s' },
};
const KINDS = Object.keys(RIGHT) as LoopKind[];

/** A loop `X.tick`. */
function loop(options: object, kind: LoopKind = 'Until', settings?: LoopSettings): LoopSpec {
  return resolveLoop(kind, 'X.tick', { ...RIGHT[kind], ...options }, settings);
}

const defaultsOf = (defaults: object): LoopSettings => ({ defaults: readDefaults('WaitModule', defaults) });

describe.each(KINDS)('the deadlines of @%s', (kind) => {
  it.each([
    { options: {}, wantTimeout: undefined, wantHungAfter: undefined },
    { options: { timeout: '5s' }, wantTimeout: 5000, wantHungAfter: 10_000 },
    { options: { timeout: '5s', hungAfter: undefined }, wantTimeout: 5000, wantHungAfter: 10_000 },
    { options: { timeout: '5s', hungAfter: '1m' }, wantTimeout: 5000, wantHungAfter: 60_000 },
    { options: { timeout: '5s', hungAfter: '1s' }, wantTimeout: 5000, wantHungAfter: 1000 },
    { options: { timeout: '5s', hungAfter: false }, wantTimeout: 5000, wantHungAfter: undefined },
    { options: { hungAfter: '1m' }, wantTimeout: undefined, wantHungAfter: 60_000 },
    { options: { timeout: false, hungAfter: false }, wantTimeout: undefined, wantHungAfter: undefined },
    { options: { timeout: 1 }, wantTimeout: 1, wantHungAfter: 2 },
    { options: { timeout: LONGEST }, wantTimeout: LONGEST, wantHungAfter: LONGEST },
  ])('are $wantTimeout and $wantHungAfter for $options', ({ options, wantTimeout, wantHungAfter }) => {
    expect(loop(options, kind)).toMatchObject({ timeout: wantTimeout, hungAfter: wantHungAfter });
  });

  it.each([
    { failures: undefined, wantFailures: undefined },
    { failures: false, wantFailures: undefined },
    { failures: 1, wantFailures: 1 },
    { failures: 1000, wantFailures: 1000 },
  ])('stand beside a pause after $failures failures', ({ failures, wantFailures }) => {
    expect(loop({ pauseAfterFailures: failures }, kind).pauseAfterFailures).toBe(wantFailures);
  });
});

describe.each(KINDS)('the failure backoff of @%s', (kind) => {
  const usual = { initial: undefined, first: 5000, max: 300_000, factor: 2, jitter: 0.1 };

  it.each<{ options: object; wantBackoff: object | undefined }>([
    { options: {}, wantBackoff: undefined },
    { options: { failureBackoff: undefined }, wantBackoff: undefined },
    { options: { failureBackoff: false }, wantBackoff: undefined },
    { options: { failureBackoff: true }, wantBackoff: usual },
    { options: { failureBackoff: {} }, wantBackoff: usual },
    { options: { failureBackoff: { initial: undefined, max: undefined } }, wantBackoff: usual },
    { options: { failureBackoff: { initial: '1s' } }, wantBackoff: { ...usual, initial: 1000, first: 1000 } },
    { options: { failureBackoff: { initial: 0 } }, wantBackoff: { ...usual, initial: 0, first: 0 } },
    {
      options: { failureBackoff: { max: '8s', factor: 3 } },
      wantBackoff: { ...usual, max: 8000, factor: 3 },
    },
    {
      options: { failureBackoff: { jitter: -1, factor: 1 } },
      wantBackoff: { ...usual, jitter: -1, factor: 1 },
    },
    { options: { failureBackoff: { max: '1s' } }, wantBackoff: { ...usual, max: 5000 } },
    {
      options: { failureBackoff: { initial: '1h', max: '1s' } },
      wantBackoff: { ...usual, initial: 3_600_000, first: 3_600_000, max: 3_600_000 },
    },
    {
      options: { failureBackoff: { initial: '1h' } },
      wantBackoff: { ...usual, initial: 3_600_000, first: 3_600_000, max: 3_600_000 },
    },
  ])('is $wantBackoff for $options', ({ options, wantBackoff }) => {
    expect(loop(options, kind).failureBackoff).toEqual(wantBackoff);
  });
});

describe('the failure backoff', () => {
  it.each([
    { title: 'a period of zero', spec: loop({ period: 0, failureBackoff: true }) },
    { title: 'a short period', spec: loop({ period: 99, failureBackoff: true }) },
    {
      title: 'waits that only the backoff manager knows',
      spec: resolveLoop('BackoffUntil', 'X.tick', {
        backoffManager: () => ({ backoff: () => 1 }),
        failureBackoff: true,
      }),
    },
  ])('begins with 100 ms for $title', ({ spec }) => {
    expect(spec.failureBackoff).toMatchObject({ initial: undefined, first: 100, max: 300_000 });
  });

  it.each([
    {
      title: 'a longest wait of 292 years',
      options: { failureBackoff: { initial: '30s', max: LONGEST } },
      wantFirst: 30_000,
      wantWait: 31_500,
    },
    {
      title: 'a period of 292 years',
      options: { period: LONGEST, failureBackoff: true },
      wantFirst: LONGEST,
      wantWait: LONGEST,
    },
  ])(
    'has its default jitter with $title, beyond which no wait is stretched',
    ({ options, wantFirst, wantWait }) => {
      const { failureBackoff } = loop(options);
      expect(failureBackoff).toMatchObject({ first: wantFirst, max: LONGEST, jitter: 0.1 });
      const rules = { failureBackoff, random: () => 0.5, sliding: true, loop: 'X.tick' };
      const plan = new WaitPlan({ backoff: () => 0 });
      expect(plan.failed(rules, 0)).toBe(wantWait);
    },
  );

  it('reads the getters of a class once, and not the other members', () => {
    let reads = 0;
    class Settings {
      readonly environment = { MAX: '1m' };
      get max(): string {
        reads++;
        return this.environment.MAX;
      }
    }
    const spec = loop({ failureBackoff: new Settings() });
    expect(spec.failureBackoff).toMatchObject({ max: 60_000 });
    expect(spec.options).toEqual({ period: '5s', failureBackoff: { max: '1m' } });
    expect(reads).toBe(1);
  });

  const takesWhatIsOdd = ['true', 'an empty object', 'a null-prototype object'];

  it.each(Object.entries(oddValues()).filter(([title]) => !takesWhatIsOdd.includes(title)))(
    'refuses %s by name',
    (_title, failureBackoff) => {
      expect(() => loop({ failureBackoff })).toThrow(
        /^X\.tick: failureBackoff must be true, false or an options object, not .+\.$/s,
      );
    },
  );

  it.each([
    { option: 'initial', fits: [] },
    { option: 'max', fits: [] },
    { option: 'factor', fits: ['a huge number'] },
    { option: 'jitter', fits: ['a negative number'] },
  ])('refuses odd values of its $option by name', ({ option, fits }) => {
    const odd = Object.entries(oddValues()).filter(([title]) => !fits.includes(title));
    for (const [, value] of odd) {
      expect(() => loop({ failureBackoff: { [option]: value } })).toThrow(
        new RegExp(`^X\\.tick: failureBackoff: ${option} must `),
      );
    }
  });
});

describe('the defaults of the module', () => {
  const defaults = {
    timeout: '1s',
    hungAfter: '1m',
    failureBackoff: { initial: '2s', factor: 3 },
    initialDelay: '4s',
  };
  const settings = defaultsOf(defaults);
  const delayOf = (spec: LoopSpec): number | undefined => spec.initialDelay?.(() => 0.5);

  it.each(KINDS)('hold for @%s', (kind) => {
    const spec = loop({}, kind, settings);
    expect(spec).toMatchObject({
      timeout: 1000,
      hungAfter: 60_000,
      options: { ...RIGHT[kind], ...defaults },
    });
    expect(spec.failureBackoff).toMatchObject({ initial: 2000, factor: 3 });
    expect(delayOf(spec)).toBe(4000);
  });

  it('hold where a loop says undefined, and not where it says false', () => {
    const without = { timeout: undefined, hungAfter: undefined, failureBackoff: undefined };
    expect(loop({ ...without, initialDelay: undefined }, 'Until', settings)).toMatchObject({
      timeout: 1000,
      hungAfter: 60_000,
      failureBackoff: { initial: 2000 },
    });
    const none = { timeout: false, hungAfter: false, failureBackoff: false, initialDelay: false };
    expect(loop(none, 'Until', settings)).toMatchObject({ ...without, initialDelay: undefined });
  });

  it('give way to the loop, and that to the loops of the module', () => {
    const options = { timeout: '2s', failureBackoff: { max: '1h' }, initialDelay: '5s' };
    const loops = { 'X.tick': { timeout: '3s', failureBackoff: true } as const };
    expect(loop(options, 'Until', settings)).toMatchObject({ timeout: 2000, hungAfter: 60_000 });
    expect(loop(options, 'Until', settings).failureBackoff).toMatchObject({ initial: undefined, factor: 2 });
    const changed = loop(options, 'Until', { ...settings, loops });
    expect(changed).toMatchObject({ timeout: 3000, hungAfter: 60_000 });
    expect(changed.failureBackoff).toMatchObject({ max: 300_000 });
    expect(delayOf(changed)).toBe(5000);
    expect(changed.options).toEqual({ ...defaults, ...options, ...loops['X.tick'], period: '5s' });
  });

  it('of the timeout alone make a run hung after twice the time, and after twice that of the loop', () => {
    const timeout = defaultsOf({ timeout: '1s' });
    expect(loop({}, 'Until', timeout)).toMatchObject({ timeout: 1000, hungAfter: 2000 });
    expect(loop({ timeout: '5s' }, 'Until', timeout)).toMatchObject({ timeout: 5000, hungAfter: 10_000 });
    expect(loop({ timeout: false }, 'Until', timeout)).toMatchObject({
      timeout: undefined,
      hungAfter: undefined,
    });
  });

  it('of a random delay do not hold where only the backoff manager knows the period', () => {
    const random = defaultsOf({ initialDelay: 'jitter', timeout: '1s' });
    expect(delayOf(loop({}, 'Until', random))).toBe(2500);
    const custom = resolveLoop('BackoffUntil', 'X', { backoffManager: () => ({ backoff: () => 1 }) }, random);
    expect(custom).toMatchObject({ initialDelay: undefined, timeout: 1000 });
  });

  it('of false are none', () => {
    const none = { timeout: false, hungAfter: false, failureBackoff: false, initialDelay: false };
    expect(loop({}, 'Until', defaultsOf(none))).toMatchObject({
      timeout: undefined,
      hungAfter: undefined,
      failureBackoff: undefined,
      initialDelay: undefined,
    });
  });

  it('are read once, so that nothing changes them afterwards', () => {
    const failureBackoff = { max: '1m' };
    const read = defaultsOf({ failureBackoff });
    failureBackoff.max = '2m';
    expect(loop({}, 'Until', read).failureBackoff).toMatchObject({ max: 60_000 });
  });
});
