import { afterEach, expect } from '@jest/globals';
import type { HttpServer, INestApplication, LoggerService, ModuleMetadata } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import {
  BackoffUntilService,
  LoopRegistry,
  WAIT_CLOCK,
  WAIT_LOGGER,
  WAIT_RANDOM,
  WaitModule,
  type WaitModuleOptions,
} from 'nestjs-wait';
import { FakeClock } from 'nestjs-wait/testing';

export interface LogLine {
  readonly level: string;
  readonly message: string;
  readonly context: unknown;
  readonly stack?: unknown;
}

/** Keeps what the module logs. */
export class RecordingLogger implements LoggerService {
  readonly lines: LogLine[] = [];

  log(message: string, context: unknown): void {
    this.lines.push({ level: 'log', message, context });
  }
  warn(message: string, context: unknown): void {
    this.lines.push({ level: 'warn', message, context });
  }
  debug(message: string, context: unknown): void {
    this.lines.push({ level: 'debug', message, context });
  }
  error(message: string, stack: unknown, context: unknown): void {
    this.lines.push({ level: 'error', message, context, stack });
  }

  messages(level: string): string[] {
    return this.lines.filter((line) => line.level === level).map(({ message }) => message);
  }
}

/**
 * An application under test: with a clock that stands still, random numbers that are always a half, and a log
 * to look into.
 */
export interface Booted {
  readonly app: INestApplication;
  readonly clock: FakeClock;
  readonly logger: RecordingLogger;
  readonly registry: LoopRegistry;
  readonly service: BackoffUntilService;
  /** Closes while virtual time goes on, so that runs in progress come to their end. */
  readonly close: (time?: number) => Promise<void>;
}

const AN_HOUR = 3_600_000;
const opened: Booted[] = [];

// Whatever a test does, its applications end here, and leave no timer but those of the loops that run for
// ever.
afterEach(async () => {
  for (const { clock, registry, close } of opened.splice(0)) {
    await close();
    const forever = registry.list().filter(({ kind, state }) => kind === 'Forever' && state === 'waiting');
    expect(clock.armedTimers).toBe(forever.length);
  }
});

/** Compiles an application, not yet initialised; on Express, unless an adapter is given. */
export async function compile(
  metadata: ModuleMetadata,
  options?: WaitModuleOptions,
  logger = new RecordingLogger(),
  adapter?: HttpServer,
): Promise<Booted> {
  const clock = new FakeClock();
  const hasModule = options === undefined && metadata.imports !== undefined;
  const imports = [...(hasModule ? [] : [WaitModule.forRoot(options)]), ...(metadata.imports ?? [])];
  const moduleRef = await Test.createTestingModule({ ...metadata, imports })
    .setLogger(false as unknown as LoggerService)
    .overrideProvider(WAIT_CLOCK)
    .useValue(clock)
    .overrideProvider(WAIT_RANDOM)
    .useValue(() => 0.5)
    .overrideProvider(WAIT_LOGGER)
    .useValue(logger)
    .compile();
  const app =
    adapter === undefined
      ? moduleRef.createNestApplication({ logger: false })
      : moduleRef.createNestApplication(adapter, { logger: false });
  const booted: Booted = {
    app,
    clock,
    logger,
    registry: app.get(LoopRegistry),
    service: app.get(BackoffUntilService),
    close: async (time = AN_HOUR) => {
      const closed = app.close();
      await clock.advance(time);
      await closed;
    },
  };
  opened.push(booted);
  return booted;
}

/**
 * Boots an application and lets the first runs happen. With its own `imports` it brings its own WaitModule.
 */
export async function boot(
  metadata: ModuleMetadata,
  options?: WaitModuleOptions,
  logger?: RecordingLogger,
): Promise<Booted> {
  const booted = await compile(metadata, options, logger);
  await booted.app.init();
  await booted.clock.advance(0);
  return booted;
}
