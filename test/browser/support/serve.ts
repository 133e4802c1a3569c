import type { AddressInfo } from 'node:net';
import type { INestApplication, LoggerService, ModuleMetadata } from '@nestjs/common';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import {
  BackoffUntilService,
  LoopRegistry,
  WAIT_CLOCK,
  WAIT_LOGGER,
  WaitModule,
  realClock,
  type Clock,
  type UntilOptions,
  type WaitModuleOptions,
} from 'nestjs-wait';
import { WaitPageModule, type WaitPageOptions } from 'nestjs-wait/page';
import { RecordingLogger } from '../../support/boot.js';
import { atEnd } from './at-end.js';
import { ScriptedLoop } from './scripted-loop.js';

export type Platform = 'express' | 'fastify';

export interface ServeOptions {
  readonly page?: WaitPageOptions;
  readonly wait?: WaitModuleOptions;
  readonly platform?: Platform;
  /** Default: the real one. */
  readonly clock?: Clock;
  /** Default: a free one. */
  readonly port?: number;
  /** What else the application has. */
  readonly metadata?: ModuleMetadata;
  /** Called before the application listens, for a prefix, helmet and so on. */
  readonly configure?: (app: INestApplication) => unknown;
}

/** Whoever comes may act, and the page asks as often as it can. */
export const OPEN: WaitPageOptions = { access: () => 'all', refresh: '1s' };

/** Serves an application with the page, and with the loops that the test starts. */
export async function serve(options: ServeOptions = {}): Promise<Served> {
  const {
    page = OPEN,
    wait,
    platform = 'express',
    port = 0,
    clock = realClock,
    metadata = {},
    configure,
  } = options;
  const logger = new RecordingLogger();
  const moduleRef = await Test.createTestingModule({
    ...metadata,
    imports: [WaitModule.forRoot(wait), WaitPageModule.forRoot(page), ...(metadata.imports ?? [])],
  })
    .setLogger(false as unknown as LoggerService)
    .overrideProvider(WAIT_LOGGER)
    .useValue(logger)
    .overrideProvider(WAIT_CLOCK)
    .useValue(clock)
    .compile();
  const app =
    platform === 'express'
      ? moduleRef.createNestApplication({ logger: false })
      : moduleRef.createNestApplication(new FastifyAdapter(), { logger: false });
  await configure?.(app);
  await app.listen(port, '127.0.0.1');
  const served = new Served(app, logger);
  atEnd(() => served.close());
  return served;
}

/** An application that listens on the loopback address. */
export class Served {
  readonly port: number;
  private readonly loops: ScriptedLoop[] = [];
  private closed: Promise<void> | undefined;

  constructor(
    readonly app: INestApplication,
    readonly logger: RecordingLogger,
  ) {
    this.port = (app.getHttpServer().address() as AddressInfo).port;
  }

  get origin(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** Where the page is, unless the test has given it another path. */
  get url(): string {
    return `${this.origin}/loops`;
  }

  /** Starts a loop. Its first run begins at once, and the next one in an hour. */
  loop(name: string, options?: Partial<UntilOptions>): ScriptedLoop {
    const loop = new ScriptedLoop();
    loop.handle = this.app.get(BackoffUntilService).until(loop.body, { period: '1h', ...options, name });
    this.loops.push(loop);
    return loop;
  }

  info(name: string): ReturnType<ScriptedLoop['handle']['info']> {
    return this.app.get(LoopRegistry).get(name)!.info();
  }

  close(): Promise<void> {
    this.loops.forEach((loop) => loop.letGo());
    this.closed ??= this.app.close();
    return this.closed;
  }
}
