import { hasMethods } from '../../core/values/has-methods.js';
import { OptionReader } from '../../core/options/option-reader.js';
import { readOptions, refuseUnknown, requireOptions, type Written } from '../../core/options/read-options.js';
import { isRunnable } from '../../core/values/runnable.js';
import { initialDelayOf, type InitialDelay } from './initial-delay.js';
import { defaultsFor } from './loop-defaults.js';
import type { LoopKind, LoopOverrides } from './loop.options.js';
import { planOf, type LoopPlan } from './loop-plan.js';
import { metricsNameOf } from './metrics-name.js';
import { OPTION_NAMES, overridable } from './option-names.js';
import { withSource, WRITTEN_AT_LOOP, type OptionSources } from './option-sources.js';
import { DEFAULT_GROUP } from './wait.options.js';

/** A loop's options, checked, with every default filled in. */
export interface LoopSpec extends LoopPlan {
  readonly name: string;
  readonly kind: LoopKind;
  readonly enabled: boolean;
  readonly immediate: boolean;
  /** `undefined` if there is no wait before the first run. */
  readonly initialDelay: InitialDelay | undefined;
  readonly workers: number;
  /** The group whose leader runs the loop; `undefined` if every replica runs it. */
  readonly leaderOnly: string | undefined;
  /** Whether the application's shutdown ends the loop. Kubernetes' Forever waits for NeverStop. */
  readonly endsAtShutdown: boolean;
  /** The name under which metrics count the loop; `undefined` if it is not written. */
  readonly metricsName: string | undefined;
  /** Where its options come from. */
  readonly sources: OptionSources;
}

/** What the module's options say about loops. */
export interface LoopSettings {
  /** The module's `loops`. An option in the entry of the loop's name replaces what is written. */
  readonly loops?: Readonly<Record<string, LoopOverrides>>;
  /** The module's `defaults`, checked. They count for what is not written. */
  readonly defaults?: Written;
}

/** Each worker is a separate loop with its own timer and figures. More of them would exhaust the memory. */
const MOST_WORKERS = 100_000;

const AWAIT = 'Await it before, or set the options by WaitModule.forRootAsync({ useFactory: … }) with loops.';

/**
 * Checks what a user wrote for a loop and fills in the defaults.
 *
 * @param kind - Which loop.
 * @param defaultName - `ClassName.methodName`.
 * @param input - The options, or the period alone.
 * @param settings - What the module's options say.
 * @throws WaitError `WAIT_ERR_INVALID_OPTION` or `WAIT_ERR_INVALID_DURATION`, naming the loop, the option and
 *   the value.
 */
export function resolveLoop(
  kind: LoopKind,
  defaultName: string,
  input: unknown,
  settings: LoopSettings = {},
): LoopSpec {
  const { options, sources } = writtenFor(kind, defaultName, input, settings);
  const plan = planOf(kind, options.owner, options.owner, options.written);
  // The members of the plan are written out. V8 would make a dictionary of so large an object with a spread,
  // which takes four times the memory.
  return {
    schedule: plan.schedule,
    timeout: plan.timeout,
    hungAfter: plan.hungAfter,
    failureBackoff: plan.failureBackoff,
    pauseAfterFailures: plan.pauseAfterFailures,
    options: plan.options,
    name: options.string('name', defaultName),
    kind,
    enabled: options.boolean('enabled', true),
    immediate: options.boolean('immediate', true),
    workers: options.count('workers', 1, MOST_WORKERS),
    leaderOnly: groupOf(options),
    initialDelay: initialDelayOf(options, plan.schedule.base),
    endsAtShutdown: kind !== 'Forever',
    metricsName: metricsNameOf(options),
    sources,
  };
}

/** Returns the name of a group of replicas. `true` is the default group, and `false` is none. */
function groupOf(options: OptionReader): string | undefined {
  const group = options.value('leaderOnly', false);
  if (typeof group === 'boolean') {
    return group ? DEFAULT_GROUP : undefined;
  }
  return typeof group === 'string' && group !== ''
    ? group
    : options.refuse('leaderOnly', 'true, false or the name of a group');
}

/** Returns everything that is written for a loop, with the module's `defaults` and `loops` applied. */
function writtenFor(
  kind: LoopKind,
  defaultName: string,
  input: unknown,
  { loops = {}, defaults = {} }: LoopSettings,
): { readonly options: OptionReader; readonly sources: OptionSources } {
  const known = OPTION_NAMES[kind];
  const options = asObject(kind, defaultName, input);
  const own = boundTo(options, readOptions(defaultName, options, known));
  const name = new OptionReader(defaultName, own).string('name', defaultName);
  refuseUnknown(name, kind, options, known);
  const others = defaultsFor(own, defaults);
  const written = { ...own, ...others };
  const sources = withSource(WRITTEN_AT_LOOP, 'defaults', others);
  const overrides = Object.hasOwn(loops, name) ? loops[name] : undefined;
  if (overrides === undefined) {
    return { options: new OptionReader(name, written), sources };
  }
  const owner = `loops['${name}']`;
  const changeable = overridable(kind);
  refuseUnknown(owner, kind, overrides, changeable);
  const changes = readOptions(owner, overrides, changeable);
  return {
    options: new OptionReader(name, { ...written, ...changes }),
    sources: withSource(sources, 'loops', changes),
  };
}

/** Binds the factory of a backoff manager, since it may be a method of an options class. */
function boundTo(options: object, written: Written): Written {
  const { backoffManager } = written;
  return isRunnable(backoffManager)
    ? { ...written, backoffManager: (backoffManager as Function).bind(options) as unknown }
    : written;
}

function asObject(kind: LoopKind, loop: string, input: unknown): object {
  const takesPeriodAlone = kind !== 'JitterUntil' && kind !== 'BackoffUntil';
  if (takesPeriodAlone && (typeof input === 'number' || typeof input === 'string')) {
    return { period: input };
  }
  return requireOptions(
    input,
    `${loop}: ${kind} takes an options object${takesPeriodAlone ? ' or a period' : ''}`,
    hasMethods(input, 'then') ? AWAIT : '',
  );
}
