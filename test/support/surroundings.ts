import { expect } from '@jest/globals';
import {
  BadRequestException,
  Catch,
  Controller,
  Get,
  NotFoundException,
  Query,
  VERSION_NEUTRAL,
  VersioningType,
  type ArgumentsHost,
  type CallHandler,
  type ExceptionFilter,
  type ExecutionContext,
  type INestApplication,
  type NestInterceptor,
  type PipeTransform,
} from '@nestjs/common';
import { APP_FILTER, APP_GUARD, APP_INTERCEPTOR, APP_PIPE, RouterModule } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { ThrottlerGuard, ThrottlerModule } from '@nestjs/throttler';
import fastifyHelmet from '@fastify/helmet';
import helmet from 'helmet';
import { map, type Observable } from 'rxjs';
import { WaitPageModule } from 'nestjs-wait/page';
import type { PageApplication, Platform } from './page.js';

/** What an application has around the page, which must work all the same. */
export interface Surrounding extends PageApplication {
  /** Goes on after "is whole". */
  readonly title: string;
  /** Where the page is then; default `/loops`. */
  readonly path?: string;
  /** A proxy in front of the application cuts this off every path. */
  readonly cutOff?: string;
  /** What every request has. */
  readonly headers?: Readonly<Record<string, string>>;
  /** What every answer of the page has, which shows that the surrounding is there. */
  readonly wantHeaders?: Readonly<Record<string, unknown>>;
  /** What the route of {@link Neighbour} answers, which shows it too. */
  readonly wantNeighbour?: { readonly status: number; readonly body: unknown };
}

/** A controller of the application itself. It fails if it is asked to. */
@Controller({ path: 'neighbour', version: VERSION_NEUTRAL })
export class Neighbour {
  @Get()
  answer(@Query('fail') fail?: string): string {
    if (fail !== undefined) {
      throw new BadRequestException('as you wish');
    }
    return 'all is well';
  }
}

class Wrapping implements NestInterceptor {
  intercept(_context: ExecutionContext, next: CallHandler): Observable<unknown> {
    return next.handle().pipe(map((data: unknown) => ({ wrapped: data })));
  }
}

/** As one that takes a handler without a result for a thing that does not exist. */
class Missing implements NestInterceptor {
  intercept(_context: ExecutionContext, next: CallHandler): Observable<unknown> {
    return next.handle().pipe(
      map(() => {
        throw new NotFoundException('nothing there');
      }),
    );
  }
}

/** As a plugin that compresses what is sent. */
function useSlowHook(app: INestApplication, platform: Platform): void {
  if (platform === 'Fastify') {
    (app as NestFastifyApplication)
      .getHttpAdapter()
      .getInstance()
      .addHook('onSend', async (_request, _reply, payload) => {
        await new Promise(setImmediate);
        return payload;
      });
  }
}

class RefusingPipe implements PipeTransform {
  transform(): never {
    throw new BadRequestException('no such property');
  }
}

interface Reply {
  status(code: number): Reply;
  send(body: string): void;
}

@Catch()
class Teapot implements ExceptionFilter {
  catch(_error: unknown, host: ArgumentsHost): void {
    host.switchToHttp().getResponse<Reply>().status(418).send('a teapot');
  }
}

async function useHelmet(app: INestApplication, platform: Platform): Promise<void> {
  if (platform === 'Fastify') {
    await (app as NestFastifyApplication).register(fastifyHelmet as never);
  } else {
    app.use(helmet());
  }
}

export const surroundings: readonly Surrounding[] = [
  { title: 'with nothing around it' },
  {
    title: 'at a path of two segments',
    page: { access: () => 'all', path: '/admin/jobs/' },
    path: '/admin/jobs',
  },
  {
    title: 'below a global prefix',
    prepare: (app) => app.setGlobalPrefix('api/v1'),
    path: '/api/v1/loops',
  },
  {
    title: 'in a module with a path of its own',
    imports: [RouterModule.register([{ path: 'ops', module: WaitPageModule }])],
    path: '/ops/loops',
  },
  {
    title: 'without a version, where versions are in the path',
    prepare: (app) => app.enableVersioning({ type: VersioningType.URI, defaultVersion: '2' }),
  },
  {
    title: 'without a version below a global prefix, where versions are in the path',
    prepare: (app) =>
      app.setGlobalPrefix('api').enableVersioning({ type: VersioningType.URI, defaultVersion: ['1', '2'] }),
    path: '/api/loops',
  },
  {
    title: 'in any version, where a header says which',
    prepare: (app) =>
      app.enableVersioning({ type: VersioningType.HEADER, header: 'X-Version', defaultVersion: '2' }),
    headers: { 'x-version': '7' },
  },
  {
    title: 'in any version, where the header Accept says which',
    prepare: (app) =>
      app.enableVersioning({ type: VersioningType.MEDIA_TYPE, key: 'v=', defaultVersion: '2' }),
    headers: { accept: 'application/json;v=7' },
  },
  {
    title: 'under helmet, with a stricter policy of its own',
    prepare: useHelmet,
    wantHeaders: { 'strict-transport-security': expect.any(String) },
  },
  {
    title: 'under a throttler for all routes, which counts its requests too',
    imports: [ThrottlerModule.forRoot([{ ttl: 60_000, limit: 100 }])],
    providers: [{ provide: APP_GUARD, useClass: ThrottlerGuard }],
    wantHeaders: { 'x-ratelimit-limit': '100', 'x-ratelimit-remaining': expect.stringMatching(/^\d+$/) },
  },
  {
    title: 'under an interceptor that wraps every answer, and is not wrapped',
    providers: [{ provide: APP_INTERCEPTOR, useClass: Wrapping }],
    wantNeighbour: { status: 200, body: '{"wrapped":"all is well"}' },
  },
  {
    title: 'under an interceptor that fails after every handler, with a hook that takes its time to send',
    providers: [{ provide: APP_INTERCEPTOR, useClass: Missing }],
    prepare: useSlowHook,
    wantNeighbour: { status: 404, body: expect.stringContaining('nothing there') },
  },
  {
    title: 'under a pipe that refuses everything',
    providers: [{ provide: APP_PIPE, useClass: RefusingPipe }],
    wantNeighbour: { status: 400, body: expect.stringContaining('no such property') },
  },
  {
    title: 'under a filter that answers every error its own way',
    providers: [{ provide: APP_FILTER, useClass: Teapot }],
    wantNeighbour: { status: 418, body: 'a teapot' },
  },
  {
    title: 'where every origin may send requests with credentials',
    prepare: (app) => app.enableCors({ origin: true, credentials: true }),
    headers: { origin: 'https://shop.example' },
    wantHeaders: { 'access-control-allow-origin': 'https://shop.example' },
  },
  { title: 'behind a proxy that cuts off a prefix', cutOff: '/ops', path: '/ops/loops' },
  {
    title: 'behind a proxy that cuts off a prefix, below another one',
    prepare: (app) => app.setGlobalPrefix('api'),
    cutOff: '/team-a/ops',
    path: '/team-a/ops/api/loops',
  },
];
