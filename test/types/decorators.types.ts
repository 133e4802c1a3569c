// Compiled by tsc and never run: what is misuse must not compile, and what is right must. `npm run package`
// compiles it once more, as a user does: from what is published, and with other settings.
import { applyDecorators, SetMetadata } from '@nestjs/common';
import {
  BackoffUntil,
  Forever,
  JitterUntil,
  NonSlidingUntil,
  Until,
  WaitModule,
  type BackoffUntilService,
  type FailureBackoffOptions,
  type LoopDefaults,
} from 'nestjs-wait';

class Right {
  readonly poll = '5s';

  @Until(5000)
  noParameter(): void {}

  @Until('5s')
  async signal(signal: AbortSignal): Promise<void> {
    await Promise.resolve(signal);
  }

  @Until((self: Right) => self.poll)
  @JitterUntil((self: Right) => ({ period: self.poll, jitter: 1, sliding: false }))
  @NonSlidingUntil({ period: 5000, name: 'a', enabled: false, workers: 2, immediate: false })
  @BackoffUntil({})
  @BackoffUntil({ backoffManager: ({ random }) => ({ backoff: () => random() * 1000 }) })
  @Forever('1m')
  several(): number {
    return 1;
  }

  @Until({ period: 1, timeout: '5s', hungAfter: '1m', failureBackoff: true, pauseAfterFailures: 5 })
  @JitterUntil({ period: 1, jitter: 1, failureBackoff: { initial: 0, max: '5m', factor: 2, jitter: 0.1 } })
  @NonSlidingUntil({ period: 1, timeout: false, hungAfter: false, failureBackoff: false })
  @BackoffUntil({ timeout: 1, initialDelay: 'jitter', pauseAfterFailures: false })
  @Forever({ period: 1, initialDelay: false, failureBackoff: {}, metricsName: 'guard' })
  guarded(): void {}

  @Until(5000)
  protected hidden(): void {}

  @Until(5000)
  defaulted(signal: AbortSignal = new AbortController().signal): void {
    void signal;
  }
}

class Base {
  readonly base = 1;
}

/** The compiler knows what `self` is, and inside of the class it may read everything. */
abstract class Inferred<T extends string> extends Base {
  protected abstract readonly quota: number;
  readonly #secret = '5s';

  constructor(
    private readonly settings: { readonly poll: string },
    readonly kind: T,
  ) {
    super();
  }

  @Until((self) => self.settings.poll)
  @Until((self) => self.#secret)
  @Until((self) => ({ period: self.base, name: self.kind, timeout: self.quota }))
  @JitterUntil((self) => ({ period: self.settings.poll, jitter: 1 }))
  @NonSlidingUntil((self) => {
    const { poll } = self.settings;
    return poll;
  })
  @BackoffUntil((self) => ({ initial: self.settings.poll, enabled: self.isOn() }))
  @Forever(function (self) {
    return self.settings.poll;
  })
  async tick(signal: AbortSignal): Promise<void> {
    await Promise.resolve(signal);
  }

  // @ts-expect-error -- no such member
  @Until((self) => self.pol)
  unknownMember(): void {}

  // @ts-expect-error -- a member that is no duration
  @Until((self) => self.settings)
  wrongMember(): void {}

  private isOn(): boolean {
    return this.settings.poll !== '';
  }
}

export const Job = applyDecorators(SetMetadata('job', true), Until('1m'));
export const Every = (period: string): MethodDecorator => Until(period);
export const Poll = (): MethodDecorator => JitterUntil((self: Right) => ({ period: self.poll, jitter: 1 }));
export const Heartbeat = (period: string) => NonSlidingUntil({ period, name: 'heartbeat' });

class Composed extends Right {
  @Job
  @Every('5s')
  @Poll()
  @Heartbeat('5s')
  @applyDecorators(BackoffUntil({}), Forever('1m'))
  async tick(signal: AbortSignal): Promise<void> {
    await Promise.resolve(signal);
  }
}

class Derived extends Base {
  @Until((self: Base) => self.base)
  inheritedOptions(): void {}
}

class Wrong {
  // @ts-expect-error -- two parameters
  @Until(5000)
  twoParameters(_signal: AbortSignal, _more: string): void {}

  // @ts-expect-error -- two parameters, one of them optional
  @Until(5000)
  optionalParameter(_signal: AbortSignal, _more?: string): void {}

  // @ts-expect-error -- not a signal
  @Until(5000)
  wrongParameter(_count: number): void {}

  // @ts-expect-error -- a static method
  @Until(5000)
  static staticMethod(): void {}

  // @ts-expect-error -- a getter
  @Until(5000)
  get getter(): number {
    return 1;
  }

  // @ts-expect-error -- a property
  @Until(5000)
  property = (): void => {};

  // @ts-expect-error -- an accessor
  @Until(5000)
  accessor accessor = 1;

  // @ts-expect-error -- a parameter
  parameter(@Until(5000) _signal: AbortSignal): void {}

  // @ts-expect-error -- two parameters, with what a decorator of one's own is made of
  @Heartbeat('5s')
  composed(_signal: AbortSignal, _more: string): void {}

  // @ts-expect-error -- not called
  @Until
  bare(): void {}

  // @ts-expect-error -- no period
  @Until({})
  noPeriod(): void {}

  // @ts-expect-error -- a slip of the pen
  @Until({ peroid: 5000 })
  unknownOption(): void {}

  // @ts-expect-error -- until is always sliding
  @Until({ period: 5000, sliding: false })
  notSliding(): void {}

  // @ts-expect-error -- no jitter
  @JitterUntil({ period: 5000 })
  noJitter(): void {}

  // @ts-expect-error -- a period alone says nothing of jitter
  @JitterUntil(5000)
  periodAlone(): void {}

  // @ts-expect-error -- only a duration or false
  @Until({ period: 5000, timeout: true })
  timeoutOfTrue(): void {}

  // @ts-expect-error -- failures reset by a success, and not by time
  @Until({ period: 5000, failureBackoff: { reset: '2m' } })
  resetOfFailures(): void {}

  // @ts-expect-error -- true says nothing of how many
  @Until({ period: 5000, pauseAfterFailures: true })
  pauseOfTrue(): void {}

  // @ts-expect-error -- a name, and not whether there are metrics
  @Until({ period: 5000, metricsName: false })
  metricsOff(): void {}

  // @ts-expect-error -- options of another class
  @Until((self: Right) => self.poll)
  otherSelf(): void {}

  // @ts-expect-error -- a private member of another class
  @Until((self: Inferred<string>) => self.settings.poll)
  othersPrivate(): void {}
}

// @ts-expect-error -- a class
@Until(5000)
class WrongPlace {
  // @ts-expect-error -- a parameter of the constructor
  constructor(@Until(5000) _base: Base) {}
}

// @ts-expect-error -- no decorator of classes
export const onClass: ClassDecorator = Until(5000);
// @ts-expect-error -- no decorator of properties
export const onProperty: PropertyDecorator = Until(5000);
// @ts-expect-error -- no decorator of parameters
export const onParameter: ParameterDecorator = Until(5000);

export function services(service: BackoffUntilService, ctx: AbortSignal): void {
  service.until((signal) => signal.aborted, '5s');
  service.untilWithContext(ctx, () => undefined, { period: 5000, name: 'x' });
  // @ts-expect-error -- the context comes first
  service.untilWithContext(() => undefined, '5s', ctx);
  // @ts-expect-error -- no jitter
  service.jitterUntil(() => undefined, { period: 5000 });
  const unset: string | undefined = process.env['SHUTDOWN_TIMEOUT'];
  WaitModule.forRoot({ shutdownTimeout: unset, loops: { a: { period: unset } } });
  service.jitterUntil(() => undefined, { period: 5000, jitter: 1, initialDelay: unset });
  WaitModule.forRoot({ defaults: { timeout: unset, failureBackoff: { max: unset } }, exitOnHung: true });
  WaitModule.forRoot({
    defaults: { timeout: 5, hungAfter: false, failureBackoff: true, initialDelay: 'jitter' },
  });
  WaitModule.forRoot({
    loops: {
      a: { timeout: false, failureBackoff: { initial: unset }, pauseAfterFailures: 3, metricsName: unset },
    },
  });
  const defaults: LoopDefaults = { failureBackoff: { initial: '1s' } satisfies FailureBackoffOptions };
  WaitModule.forRoot({ defaults });
  // @ts-expect-error -- a period for all loops makes no sense
  WaitModule.forRoot({ defaults: { period: 5 } });
  // @ts-expect-error -- no such option
  WaitModule.forRoot({ timeout: 5 });
  // @ts-expect-error -- a loop's name cannot be overridden
  WaitModule.forRoot({ loops: { a: { name: 'b' } } });
}

// @ts-expect-error -- the class is not known here
export const unknownSelf = Until((self) => self.poll);

export { Composed, Derived, Inferred, Right, Wrong, WrongPlace };
