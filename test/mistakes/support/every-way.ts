import type { WaitModuleOptions } from 'nestjs-wait';
import { failsTheBootstrap, failsTheDefinition, type Application } from './application.js';
import { jobWith, RIGHT, type Kind } from './job.js';
import type { Mistake, Row } from './mistake.js';
import { failsTheCall, type Call } from './service.js';

export type Way = 'class' | 'instance' | 'override' | 'service';

/** An option that no loop can use, wherever it is written. */
export interface OptionRow extends Row {
  /** Default: `Until`. */
  readonly kind?: Kind;
  /** What is wrong, on top of the shortest options with which the loop runs. */
  readonly options: object;
  /** Where it can be written; default: everywhere. */
  readonly ways?: readonly Way[];
}

const EVERYWHERE: readonly Way[] = ['class', 'instance', 'override', 'service'];

/** The same mistake in the arguments of a decorator, in its function, in the module's `loops`, in the service. */
export function everyWay(row: OptionRow): Mistake[] {
  return (row.ways ?? EVERYWHERE).map((way) => MISTAKES[way](row));
}

const MISTAKES: Readonly<Record<Way, (row: OptionRow) => Mistake>> = {
  class: ({ kind = 'Until', options, ...row }) =>
    failsTheDefinition({
      ...inJob(row),
      title: `${row.title} where the class is defined`,
      define: () => jobWith(kind, { ...RIGHT[kind], ...options }),
      mended: () => jobWith(kind, { ...RIGHT[kind], enabled: false }),
    }),
  instance: ({ kind = 'Until', options, ...row }) =>
    failsTheBootstrap({
      ...inJob(row),
      title: `${row.title} from the instance, at bootstrap`,
      application: () => ({ providers: [jobWith(kind, () => ({ ...RIGHT[kind], ...options }))] }),
      mended: () => ({ providers: [jobWith(kind, () => ({ ...RIGHT[kind], enabled: false }))] }),
    }),
  override: ({ kind = 'Until', options, ...row }) =>
    failsTheBootstrap({
      ...inJob(row),
      title: `${row.title} as an override`,
      application: () => overriding(kind, options),
      mended: () => overriding(kind, { enabled: false }),
    }),
  service: ({ kind = 'Until', options, ...row }) =>
    failsTheCall({
      ...row,
      wantWords: ['tick', ...row.wantWords],
      title: `${row.title} from the service`,
      call: (...args) => CALLS[kind](...args, { ...RIGHT[kind], ...options } as never),
      mended: (...args) => CALLS[kind](...args, RIGHT[kind] as never),
    }),
};

const inJob = (row: Row): Row => ({ ...row, wantWords: ['Job.tick', ...row.wantWords] });

const overriding = (kind: Kind, overrides: object): Application => ({
  providers: [jobWith(kind, RIGHT[kind])],
  options: { loops: { 'Job.tick': overrides } } satisfies WaitModuleOptions,
});

function tick(): void {}

const CALLS: Readonly<Record<Kind, (...args: [...Parameters<Call>, never]) => ReturnType<Call>>> = {
  Until: (service, ctx, input) => service.untilWithContext(ctx, tick, input),
  NonSlidingUntil: (service, ctx, input) => service.nonSlidingUntilWithContext(ctx, tick, input),
  JitterUntil: (service, ctx, input) => service.jitterUntilWithContext(ctx, tick, input),
  BackoffUntil: (service, ctx, input) => service.backoffUntilWithContext(ctx, tick, input),
  Forever: (service, _ctx, input) => service.forever(tick, input),
};
