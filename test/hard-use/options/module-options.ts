import type { LoopKind } from 'nestjs-wait';
import { RecordingLogger } from '../../support/boot.js';
import { drawElections, groupNamesOf, GROUPS, groupsIn, UNNAMED } from './election-options.js';
import { drawOptions, isObject, judged, KINDS, meaningOf, OPTIONS, type Meaning } from './loop-options.js';
import type { ModuleCalls } from './module-calls.js';
import { defined, shaped, type Input } from './shapes.js';
import { anyDuration, anyValue, durationOf, pick, WRONG } from './values.js';

type Random = () => number;
type Judge = (value: unknown) => unknown;
type Options = Record<string, unknown>;

/** The one loop that is in the application, and its own options. */
export const LOOP = 'Job.tick';
export const OWN: Readonly<Record<LoopKind, Options>> = {
  Until: { period: 5000 },
  NonSlidingUntil: { period: 5000 },
  Forever: { period: 5000 },
  JitterUntil: { period: 5000, jitter: 1 },
  BackoffUntil: { initial: 5000 },
};
const RETRIES = { initial: '3s' };

/** Options of `WaitModule.forRoot`. What they mean has the meaning of the loop as `loop`. */
export interface ModuleInput extends Input {
  readonly kind: LoopKind;
  /** Who may be blamed in a text, and for which options. */
  readonly owners: readonly (readonly [name: string, options: unknown])[];
}

const flag: Judge = (value) => (typeof value === 'boolean' ? value : WRONG);
const isFunction = (value: unknown): boolean => {
  // A class and a generator are functions that cannot be called, or that do nothing when they are.
  const source = typeof value === 'function' ? Function.prototype.toString.call(value) : 'class';
  return !/^class\b/.test(source) && !/^(?:async\s+)?function\s*\*/.test(source);
};
const functions: Judge = (value) => {
  try {
    return Array.isArray(value) && value.every(isFunction) ? value : WRONG;
  } catch {
    return WRONG; // a Proxy that was revoked
  }
};

const DEFAULTS = ['timeout', 'hungAfter', 'failureBackoff', 'initialDelay'];
const onlyHas = (value: object, names: readonly string[]): boolean =>
  Object.keys(value).every((name) => names.includes(name));

/** They are checked even if no loop uses them. */
const defaultsOf: Judge = (value) =>
  isObject(value) && onlyHas(value, DEFAULTS) && meaningOf('Until', { period: 0, ...value }) !== WRONG
    ? value
    : WRONG;

/** What each option of the module takes. */
const JUDGES: Readonly<Record<string, Judge>> = {
  enabled: flag,
  shutdownTimeout: (value) => durationOf(value),
  reallyCrash: flag,
  logFailures: flag,
  exitOnHung: flag,
  crashHandlers: functions,
  around: functions,
  logger: (value) => (isObject(value) && value instanceof RecordingLogger ? value : WRONG),
  requestContext: (value) => (isFunction(value) ? value : WRONG),
  defaults: defaultsOf,
  loops: (value) => overrideOf(value),
  leaderElection: groupNamesOf,
};

/** What is written for the loop in the module's `loops`. */
function overrideOf(loops: unknown, drawn?: Input): unknown {
  if (!isObject(loops)) {
    return WRONG;
  }
  const others = Object.keys(loops).filter((name) => name !== LOOP && loops[name] !== undefined);
  // An entry that only disables may be of a loop that a test has replaced.
  if (!others.every((name) => isObject(loops[name]) && onlyDisables(loops[name]))) {
    return WRONG;
  }
  const own = Object.hasOwn(loops, LOOP) ? loops[LOOP] : undefined;
  if (own === drawn?.value) {
    return drawn?.meaning ?? {};
  }
  return own === undefined ? {} : isObject(own) ? own : WRONG;
}

const onlyDisables = (override: Options): boolean =>
  override['enabled'] === false && onlyHas(defined(override), ['enabled']);

function drawOverride(random: Random, kind: LoopKind): Input {
  const names = OPTIONS[kind].filter((name) => name !== 'name' && name !== 'backoffManager');
  const options = drawOptions(random, names, []);
  if (random() < 0.3) {
    options['leaderOnly'] = pick(random, [true, ...GROUPS]);
  }
  return shaped(random, options, names, (written) => written);
}

function drawLoops(random: Random, override: Input): unknown {
  const share = random();
  if (share < 0.05) return anyValue(random);
  const other = pick(random, ['Job.tock', '__proto__', 'toString', "O'Brien.tick", '\u{1f4a5}']);
  const options = pick(random, [
    { enabled: false },
    { enabled: false, timeout: undefined },
    OWN.Until,
    undefined,
  ]);
  return Object.fromEntries([[LOOP, override.value], ...(share < 0.2 ? [[other, options] as const] : [])]);
}

/** Draws options of `WaitModule.forRoot`, for an application with one loop. */
export function drawModuleOptions(random: Random, calls: ModuleCalls): ModuleInput {
  const kind = pick(random, KINDS);
  if (random() < 0.05) {
    const value = pick(random, [anyValue, () => RETRIES])(random);
    return {
      kind,
      value,
      meaning: isObject(value) ? meaningFor(kind, value) : WRONG,
      owners: [[OWNER, value]],
    };
  }
  const override = drawOverride(random, kind);
  const right: Readonly<Record<string, (random: Random) => unknown>> = {
    shutdownTimeout: anyDuration,
    crashHandlers: () => pick(random, [[], [calls.crashed], [calls.crashed, calls.crashed]]),
    around: () => pick(random, [[], [calls.around], [calls.around, calls.around]]),
    logger: () => new RecordingLogger(),
    requestContext: () => () => ({}),
    defaults: () => drawOptions(random, DEFAULTS, []),
    loops: () => drawLoops(random, override),
    leaderElection: drawElections,
  };
  const names = Object.keys(JUDGES).filter(() => random() < 0.3);
  const options: Options = {};
  for (const name of names) {
    options[name] = random() < 0.05 ? anyValue(random) : (right[name] ?? (() => random() < 0.5))(random);
  }
  const owners = ownersIn(kind, options, override);
  const input = shaped(random, options, Object.keys(JUDGES), (written) =>
    meaningFor(kind, written, override),
  );
  return { ...input, kind, owners: [...owners, [OWNER, input.value]] };
}

const OWNER = 'WaitModule.forRoot';

/** What the options mean for the application and its loop. */
function meaningFor(kind: LoopKind, options: Options, override?: Input): Meaning | typeof WRONG {
  const meaning = judged({ ...JUDGES, loops: (value) => overrideOf(value, override) }, options);
  if (meaning === WRONG) {
    return WRONG;
  }
  const loop = meaningOf(kind, writtenFor(kind, meaning['defaults'], meaning['loops']));
  if (loop === WRONG || !isLed(loop, (meaning['leaderElection'] as string[] | undefined) ?? [])) {
    return WRONG;
  }
  const enabled = meaning['enabled'] !== false && loop['enabled'] !== false;
  return { ...meaning, loop: { ...loop, enabled } };
}

/** Everything that is written for the loop: `loops`, then its own options, then `defaults`. */
function writtenFor(kind: LoopKind, defaults: unknown, override: unknown): Options {
  const [least, most] = [defaults, override].map((options) => (isObject(options) ? defined(options) : {}));
  return { ...least, ...OWN[kind], ...most };
}

/** Whether the group exists whose leader runs the loop. One group alone needs no name. */
function isLed({ leaderOnly }: Meaning, groups: readonly string[]): boolean {
  const group = leaderOnly === true ? UNNAMED : (leaderOnly as string | undefined);
  return group === undefined || groups.includes(group) || (group === UNNAMED && groups.length === 1);
}

function ownersIn(kind: LoopKind, options: Options, override: Input): [string, unknown][] {
  const written = override.meaning === WRONG || options['loops'] === undefined ? {} : override.meaning;
  const elections = groupsIn(options['leaderElection']);
  return [
    [LOOP, writtenFor(kind, options['defaults'], written)],
    [`loops['${LOOP}']`, override.value],
    ...elections.flatMap((election): [string, unknown][] => {
      if (!isObject(election)) {
        return [[OWNER, { leaderElection: election }]]; // one of a list
      }
      const name = typeof election['name'] === 'string' ? inOneLine(election['name']) : UNNAMED;
      return [`leaderElection '${name}'`, `leader election '${name}'`].map((owner) => [owner, election]);
    }),
  ];
}

/** As every text writes a name. */
function inOneLine(name: string): string {
  return name.replaceAll('\n', String.raw`\n`);
}
