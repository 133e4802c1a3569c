// An application whose runs are in progress at the same time: two decorated loops, one that a request has
// started, and requests. In the middle of each, all wait for one another.
import type { AddressInfo } from 'node:net';
import { Controller, Get, Inject, Injectable, Module, Post } from '@nestjs/common';
import type { DynamicModule, INestApplication, LoggerService, ModuleMetadata } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { BackoffUntilService, Until } from 'nestjs-wait';
import { Meeting } from './meeting.js';

/** What a run or a request does. `who` is the loop, or `request`. */
export interface Work {
  /** Comes before the others are awaited. */
  begin?(who: string, turn: number): unknown;
  /** Comes after the others have begun, too. It may throw. */
  end(who: string, turn: number): unknown;
  /** Surrounds a request, as the instrumentation of a real application does. */
  request?(handle: () => Promise<void>): Promise<void>;
}

export const TURNS = 3;
const ALL = 4; // three loops and a request

@Injectable()
class Turns {
  private readonly meeting = new Meeting(ALL);
  private readonly taken = new Map<string, number>();
  private work: Work = { end: () => {} };

  set(work: Work): void {
    this.work = work;
  }

  async take(who: string): Promise<void> {
    const turn = (this.taken.get(who) ?? 0) + 1;
    this.taken.set(who, turn);
    if (turn > TURNS) {
      return this.meeting.arrive();
    }
    try {
      await this.work.begin?.(who, turn);
    } finally {
      await this.meeting.arrive();
      try {
        await this.work.end(who, turn);
      } finally {
        await this.meeting.arrive(); // nobody begins the next turn while another one is in this
      }
    }
  }

  request(handle: () => Promise<void>): Promise<void> {
    return this.work.request?.(handle) ?? handle();
  }

  end(): void {
    this.meeting.end();
  }
}

@Injectable()
class Orders {
  constructor(@Inject(Turns) private readonly turns: Turns) {}

  @Until(1)
  send(): Promise<void> {
    return this.turns.take('Orders.send');
  }
}

@Injectable()
class Mails {
  constructor(@Inject(Turns) private readonly turns: Turns) {}

  @Until(1)
  send(): Promise<void> {
    return this.turns.take('Mails.send');
  }
}

@Controller()
class Requests {
  constructor(
    @Inject(Turns) private readonly turns: Turns,
    @Inject(BackoffUntilService) private readonly loops: BackoffUntilService,
  ) {}

  @Post()
  start(): Promise<void> {
    return this.turns.request(async () => {
      this.loops.until(() => this.turns.take('import'), { name: 'import', period: 1 });
      await this.turns.take('request');
    });
  }

  @Get()
  get(): Promise<void> {
    return this.turns.request(() => this.turns.take('request'));
  }
}

/** Takes all turns in a new application, and closes it. */
export async function interleave(
  imports: NonNullable<ModuleMetadata['imports']>,
  work: Work | ((app: INestApplication) => Work | Promise<Work>),
  options: { logger?: false; useLogger?: (app: INestApplication) => LoggerService } = {},
): Promise<void> {
  class AppModule {}
  const dynamic: DynamicModule = {
    module: AppModule,
    imports,
    providers: [Turns, Orders, Mails],
    controllers: [Requests],
  };
  Module({})(AppModule);
  const app = await NestFactory.create(dynamic, { logger: ['error', 'warn'], ...options });
  if (options.useLogger !== undefined) {
    app.useLogger(options.useLogger(app));
  }
  app.get(Turns).set(typeof work === 'function' ? await work(app) : work);
  await app.listen(0, '127.0.0.1');
  const { port } = (app.getHttpServer() as { address(): AddressInfo }).address();
  for (let turn = 1; turn <= TURNS; turn++) {
    const { status } = await fetch(`http://127.0.0.1:${port}/`, { method: turn === 1 ? 'POST' : 'GET' });
    if (status >= 300) {
      throw new Error(`Request ${turn}: ${status}`);
    }
  }
  app.get(Turns).end();
  await app.close();
}
