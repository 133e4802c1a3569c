import { inspect } from 'node:util';
import { afterAll, afterEach, describe, expect, it, jest } from '@jest/globals';
import type { Type } from '@nestjs/common';
import type { LoopHandle, LoopKind, WaitModuleOptions } from 'nestjs-wait';
import { seededRandom } from '../../src/testing/seeded-random.js';
import { DECORATORS } from '../mistakes/support/job.js';
import { boot, compile, type Booted } from '../support/boot.js';
import { CHANGEABLE, drawOptions, KINDS, meaningOf, OPTIONS, type Meaning } from './options/loop-options.js';
import { ModuleCalls } from './options/module-calls.js';
import { drawModuleOptions, LOOP, OWN, type ModuleInput } from './options/module-options.js';
import { problemOf } from './options/refusal.js';
import { defined, drawInput, shaped } from './options/shapes.js';
import { HORIZON, Trial } from './options/trial.js';
import { pick, WRONG } from './options/values.js';
import { drawWork } from './options/work.js';

// To look into one failure: HARD_USE_OPTIONS=<the seed of its message> runs those batches alone.
const ONLY = process.env['HARD_USE_OPTIONS'];
const FIRST = Number(process.env['HARD_USE_SEED'] ?? Date.now() % 2 ** 31);
const BATCH = 500;
const seeds = (batches: number): number[] =>
  ONLY === undefined ? Array.from({ length: batches }, (_, index) => FIRST + index) : [Number(ONLY)];

/** How many options were given to the library, and how many of them were right. */
const given = { options: 0, right: 0 };
const since = performance.now();

function count(meaning: Meaning | typeof WRONG): void {
  given.options++;
  given.right += Number(meaning !== WRONG);
}

afterAll(() => {
  const seconds = ((performance.now() - since) / 1000).toFixed(0);
  process.stdout.write(
    `${given.options} random options, ${given.right} of them right, in ${seconds} s (HARD_USE_SEED=${FIRST})\n`,
  );
});

afterEach(() => {
  const prototypes = [{}, [], () => undefined].map((value) => Object.getPrototypeOf(value) as object);
  expect(prototypes.flatMap((prototype) => Object.keys(prototype))).toEqual([]);
  expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
});

/** What is wrong, with the options that led to it. */
class Problems {
  readonly found: string[] = [];

  add(what: string, input: unknown, problem: string | undefined): void {
    if (problem !== undefined) {
      this.found.push(`${what} ${written(input)}: ${problem}`);
    }
  }

  /** Lets accepted loops run, and looks whether they do what their options promise. */
  async watch({ clock, registry }: Booted, trials: ReadonlyMap<Trial, unknown>): Promise<void> {
    const wallAtZero = clock.wallNow() - clock.now();
    await clock.advance(HORIZON);
    const infos = new Map(registry.list().map((info) => [info.name, info]));
    for (const [trial, input] of trials) {
      this.add(trial.name, input, trial.problem(infos, wallAtZero));
      trial.stop(); // the run of a loop that runs forever may not have ended
    }
  }

  expectNone(): void {
    expect(this.found.slice(0, 10)).toEqual([]);
  }
}

function written(input: unknown): string {
  try {
    return inspect(input, { depth: 2, breakLength: Infinity, getters: true });
  } catch {
    return `<unreadable ${typeof input}>`;
  }
}

/** The name that stands in the options, whatever else is wrong with them. */
function writtenName(input: unknown): string[] {
  try {
    const { name } = input as { name?: unknown };
    return typeof name === 'string' && name !== ''
      ? [name, inspect(name).slice(1, -1), name.replaceAll('\u0000', '\\u0000')]
      : [];
  } catch {
    return [];
  }
}

const METHODS: Readonly<Record<LoopKind, string>> = {
  Until: 'until',
  NonSlidingUntil: 'nonSlidingUntil',
  JitterUntil: 'jitterUntil',
  BackoffUntil: 'backoffUntil',
  Forever: 'forever',
};

function start(
  { service }: Booted,
  kind: LoopKind,
  f: (signal: AbortSignal) => unknown,
  input: unknown,
): LoopHandle {
  return (service as unknown as Record<string, (...args: unknown[]) => LoopHandle>)[METHODS[kind]]!(f, input);
}

describe('random options are refused with one clear error, or kept', () => {
  it.each(seeds(60))('by BackoffUntilService, seed %d', async (seed) => {
    const random = seededRandom(seed);
    const booted = await boot({}, { logFailures: false });
    const problems = new Problems();
    const trials = new Map<Trial, unknown>();
    for (let index = 0; index < BATCH; index++) {
      const kind = pick(random, KINDS);
      const { value, meaning } = drawInput(random, kind);
      count(meaning);
      const trial = new Trial(
        `loop${index}`,
        kind,
        meaning === WRONG ? {} : meaning,
        drawWork(random),
        () => booted.clock,
        0,
      );
      const f = Object.defineProperty((signal: AbortSignal) => trial.f(signal), 'name', {
        value: `loop${index}`,
      });
      const isLeaderOnly = meaning !== WRONG && meaning['leaderOnly'] !== undefined;
      try {
        const handle = start(booted, kind, f, value);
        trial.stop = () => void handle.stop();
        problems.add(kind, value, meaning === WRONG || isLeaderOnly ? 'it is accepted' : undefined);
        trials.set(trial, value);
      } catch (error) {
        const isRight = meaning === WRONG || isLeaderOnly;
        problems.add(
          kind,
          value,
          isRight
            ? problemOf(error, [`loop${index}`, ...writtenName(value)], value)
            : `it is refused: ${String(error)}`,
        );
      }
    }
    await problems.watch(booted, trials);
    problems.expectNone();
  });

  it.each(seeds(86))('by the decorators, seed %d', async (seed) => {
    const random = seededRandom(seed);
    const problems = new Problems();
    const trials = new Map<Trial, unknown>();
    const providers: Type[] = [];
    for (let index = 0; index < BATCH; index++) {
      const kind = pick(random, KINDS);
      const { value, meaning } = drawInput(random, kind);
      count(meaning);
      const owner = `Job${index}.tick`;
      const trial = new Trial(
        owner,
        kind,
        meaning === WRONG ? {} : meaning,
        drawWork(random),
        () => booted.clock,
        0,
      );
      const Job = classNamed(`Job${index}`, trial.f);
      const isFunction = meaning !== WRONG && typeof value === 'object' && random() < 0.3;
      try {
        const decorate = DECORATORS[kind](isFunction ? () => value : value);
        decorate(Job.prototype as object, 'tick', Object.getOwnPropertyDescriptor(Job.prototype, 'tick')!);
        problems.add(
          kind,
          value,
          meaning === WRONG && typeof value !== 'function' ? 'it is accepted' : undefined,
        );
        if (meaning !== WRONG && meaning['leaderOnly'] === undefined) {
          trials.set(trial, value);
          providers.push(Job);
        }
      } catch (error) {
        problems.add(
          kind,
          value,
          meaning === WRONG
            ? problemOf(error, [owner, ...writtenName(value)], value)
            : `it is refused: ${String(error)}`,
        );
      }
    }
    const booted = await compile({ providers }, { logFailures: false });
    for (const trial of trials.keys()) {
      trial.stop = () => void booted.registry.get(trial.name)?.stop();
    }
    await booted.app.init();
    await problems.watch(booted, trials);
    problems.expectNone();
  });

  it.each(seeds(50))('by update(), which changes nothing if it refuses, seed %d', async (seed) => {
    const random = seededRandom(seed);
    const booted = await boot({}, { logFailures: false });
    const problems = new Problems();
    const trials = new Map<Trial, unknown>();
    for (let index = 0; index < BATCH; index++) {
      const kind = pick(random, KINDS);
      const names = OPTIONS[kind].filter((name) => CHANGEABLE.includes(name));
      // It waits for its first run meanwhile, so that the update comes before everything that it changes.
      const own = { ...OWN[kind], initialDelay: 1000 };
      const readUpdate = (changes: Record<string, unknown>): Meaning | typeof WRONG =>
        Object.keys(changes).every((name) => names.includes(name))
          ? meaningOf(kind, { ...own, ...defined(changes) })
          : WRONG;
      const { value, meaning } = shaped(random, drawOptions(random, names, []), names, readUpdate);
      count(meaning);
      const name = `loop${index}`;
      const after = meaning === WRONG ? (meaningOf(kind, own) as Meaning) : meaning;
      const trial = new Trial(name, kind, after, drawWork(random), () => booted.clock, 0);
      const handle = start(booted, kind, trial.f, { ...own, name });
      trial.stop = () => void handle.stop();
      trials.set(trial, value);
      try {
        handle.update(value as object);
        problems.add(kind, value, meaning === WRONG ? 'it is accepted' : undefined);
      } catch (error) {
        problems.add(
          kind,
          value,
          meaning === WRONG
            ? problemOf(error, [`${name}: update`], value)
            : `it is refused: ${String(error)}`,
        );
      }
    }
    await problems.watch(booted, trials);
    problems.expectNone();
  });

  it.each(seeds(20))('by WaitModule.forRoot, seed %d', async (seed) => {
    const random = seededRandom(seed);
    const problems = new Problems();
    const exit = jest.spyOn(process, 'exit').mockReturnValue(undefined as never);
    for (let index = 0; index < BATCH / 5; index++) {
      const calls = new ModuleCalls();
      const { kind, value, meaning, owners } = drawModuleOptions(random, calls);
      count(meaning);
      const loop = meaning === WRONG ? { enabled: false } : (meaning['loop'] as Meaning);
      const mayFail = meaning === WRONG || meaning['reallyCrash'] !== true;
      const work = mayFail ? drawWork(random) : { lasts: 0, fails: false };
      const trial = new Trial(LOOP, kind, loop, work, () => booted!.clock, 0);
      const Job = classNamed('Job', trial.f);
      DECORATORS[kind](OWN[kind])(
        Job.prototype as object,
        'tick',
        Object.getOwnPropertyDescriptor(Job.prototype, 'tick')!,
      );
      let booted: Booted | undefined;
      let failure: Error | undefined;
      try {
        booted = await compile({ providers: [Job] }, value as WaitModuleOptions);
        await booted.app.init();
      } catch (error) {
        failure = error as Error;
      }
      if (failure === undefined) {
        problems.add('forRoot', value, meaning === WRONG ? 'it is accepted' : undefined);
      } else {
        const isRight = meaning === WRONG;
        problems.add(
          'forRoot',
          value,
          isRight ? blamed(failure, owners) : `it is refused: ${String(failure)}`,
        );
      }
      if (booted !== undefined) {
        trial.stop = () => void booted?.registry.get(LOOP)?.stop();
        await problems.watch(booted, new Map([[trial, value]]));
      }
      if (booted !== undefined && meaning !== WRONG) {
        problems.add('forRoot', value, calls.problem(meaning, trial));
        problems.add('forRoot', value, logProblem(meaning, trial, booted));
        problems.add('forRoot', value, exitProblem(meaning, trial, exit.mock.calls.length > 0));
      }
      exit.mockClear();
      await booted?.close(0);
    }
    exit.mockRestore();
    problems.expectNone();
  });

  it('100,000 of them, and about half of them right', () => {
    expect(given.options).toBe(ONLY === undefined ? 100_000 : 3 * BATCH + BATCH / 5);
    expect(given.right / given.options).toBeGreaterThan(0.3);
    expect(given.right / given.options).toBeLessThan(0.7);
  });
});

/** @returns What is wrong with the error of each owner that it may blame; `undefined` if nothing is. */
function blamed(error: Error, owners: ModuleInput['owners']): string | undefined {
  const candidates = owners.filter(([owner]) => error.message.startsWith(owner));
  const found = candidates.map(([owner, options]) => problemOf(error, [owner], options));
  return found.length === 0
    ? problemOf(error, [owners.at(-1)![0]], undefined)
    : found.every(Boolean)
      ? found[0]
      : undefined;
}

function logProblem({ logFailures }: Meaning, { failures }: Trial, { logger }: Booted): string | undefined {
  const told = logger
    .messages('error')
    .filter((line) => / (?:failed|timed out after \S+): /.test(line)).length;
  const isRight = told > 0 === (failures > 0 && logFailures !== false);
  return isRight ? undefined : `${told} lines tell of ${failures} failures`;
}

/** Hung runs are looked for now and then, in milliseconds. */
const SWEPT = 100;

function exitProblem({ exitOnHung }: Meaning, { hungFor }: Trial, hasEnded: boolean): string | undefined {
  const isRight = exitOnHung === true && hungFor >= 0 ? hasEnded || hungFor < SWEPT : !hasEnded;
  return isRight ? undefined : `a run is hung for ${hungFor} ms, and the process has ended: ${hasEnded}`;
}

function classNamed(name: string, f: (signal: AbortSignal) => unknown): Type {
  const named = {
    [name]: class {
      tick(signal: AbortSignal): unknown {
        return f(signal);
      }
    },
  };
  return named[name]!;
}
