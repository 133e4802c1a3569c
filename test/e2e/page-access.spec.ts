import { describe, expect, it } from '@jest/globals';
import {
  Injectable,
  Module,
  UnauthorizedException,
  type CanActivate,
  type ExecutionContext,
} from '@nestjs/common';
import { Until } from 'nestjs-wait';
import { WaitPageModule, type PageAccessFunction, type WaitPageOptions } from 'nestjs-wait/page';
import { act, ask, FROM_THE_PAGE, infoOf, PLATFORMS, routesOf, serve, type Served } from '../support/page.js';

@Injectable()
class Outbox {
  @Until('10s')
  flush(): void {}
}

const PAUSE = { loop: 'Outbox.flush', action: 'pause' };

/** Asks every route that the controllers of the page have, so that a new one is asked too. */
async function statusOfEveryRoute(served: Served): Promise<number[]> {
  const routes = routesOf(served);
  expect(routes.length).toBeGreaterThanOrEqual(6);
  const answers = routes.map(({ method, path }) =>
    ask(`${served.origin}/loops${path && `/${path}`}`, {
      method,
      ...(method === 'POST' && { headers: FROM_THE_PAGE, body: JSON.stringify(PAUSE) }),
    }),
  );
  return (await Promise.all(answers)).map(({ status }) => status);
}

@Injectable()
class RefusingGuard implements CanActivate {
  canActivate(): boolean {
    return false;
  }
}

@Injectable()
class PassingGuard implements CanActivate {
  canActivate(): Promise<boolean> {
    return Promise.resolve(true);
  }
}

@Injectable()
class Sessions {
  knows(token: unknown): boolean {
    return token === 'secret';
  }
}

@Module({ providers: [Sessions], exports: [Sessions] })
class AuthModule {}

@Injectable()
class SessionGuard implements CanActivate {
  constructor(private readonly sessions: Sessions) {}

  canActivate(context: ExecutionContext): boolean {
    const { headers } = context.switchToHttp().getRequest<{ headers: Record<string, unknown> }>();
    return this.sessions.knows(headers['authorization']);
  }
}

const failing =
  (error: unknown): PageAccessFunction =>
  () => {
    throw error;
  };

const answering =
  (access: unknown): PageAccessFunction =>
  () =>
    access as 'read';

const refused: readonly (readonly [title: string, page: WaitPageOptions, want: number])[] = [
  ['a guard that refuses', { guards: [RefusingGuard] }, 403],
  ['a guard that refuses, after one that does not', { guards: [PassingGuard, RefusingGuard] }, 403],
  ['a guard that is an object, and refuses', { guards: [new RefusingGuard()] }, 403],
  ['a guard that refuses, before access', { guards: [RefusingGuard], access: () => 'all' }, 403],
  ['access of false', { access: () => false }, 403],
  ['access of false after a guard that passes', { guards: [PassingGuard], access: () => false }, 403],
  ['access that becomes false', { access: () => Promise.resolve(false) }, 403],
  ['access of true', { access: answering(true) }, 403],
  ['access of nothing', { access: answering(undefined) }, 403],
  ['access of a word that it does not know', { access: answering('admin') }, 403],
  ['access of a list', { access: answering(['all']) }, 403],
  ['access of a String object', { access: answering(Object('all')) }, 403],
  ['access that throws', { access: failing(new Error('no database')) }, 500],
  ['access that throws nothing', { access: failing(undefined) }, 500],
  ['access that rejects', { access: () => Promise.reject(new Error('no database')) }, 500],
  ['access that says who may', { access: failing(new UnauthorizedException()) }, 401],
];

describe.each(PLATFORMS)('the page on %s', (platform) => {
  const open = (page: WaitPageOptions): Promise<Served> => serve(platform, { providers: [Outbox], page });

  it.each(refused)('answers no route, and does nothing, with %s', async (_title, page, want) => {
    const served = await open(page);
    const statuses = await statusOfEveryRoute(served);
    expect(statuses).toEqual(statuses.map(() => want));
    expect(infoOf(served, 'Outbox.flush').paused).toBe(false);
  });

  it.each<[title: string, page: WaitPageOptions]>([
    ['guards alone', { guards: [PassingGuard] }],
    ['access that is read', { access: () => 'read' }],
    ['access that becomes read', { access: () => Promise.resolve('read') }],
    ['allowUnguarded alone', { allowUnguarded: true }],
  ])('is only shown, and nobody acts on it, with %s', async (_title, page) => {
    const served = await open(page);
    const routes = routesOf(served);
    expect(await statusOfEveryRoute(served)).toEqual(
      routes.map(({ method, path }) => (method === 'GET' ? (path === '' ? 302 : 200) : 403)),
    );
    expect(infoOf(served, 'Outbox.flush').paused).toBe(false);
    expect(JSON.parse((await ask(`${served.origin}/loops/data`)).body)).toMatchObject({ access: 'read' });
  });

  it.each<[title: string, page: WaitPageOptions]>([
    ['access that is all', { access: () => 'all' }],
    ['access that becomes all', { access: () => Promise.resolve('all') }],
    ['access that is all, after a guard', { guards: [PassingGuard], access: () => 'all' }],
    ['access that is all, though allowUnguarded', { allowUnguarded: true, access: () => 'all' }],
  ])('lets act with %s', async (_title, page) => {
    const served = await open(page);
    expect(await act(`${served.origin}/loops`, PAUSE)).toMatchObject({ status: 200 });
    expect(infoOf(served, 'Outbox.flush').paused).toBe(true);
    expect(JSON.parse((await ask(`${served.origin}/loops/data`)).body)).toMatchObject({ access: 'all' });
  });

  it('tells each request what it may do, and asks access for every one of them', async () => {
    const asked: string[] = [];
    const access: PageAccessFunction = (context) => {
      const request = context.switchToHttp().getRequest<{ headers: Record<string, string>; url: string }>();
      asked.push(`${request.url} ${context.getHandler().name}`);
      return request.headers['x-role'] === 'operator' ? 'all' : 'read';
    };
    const served = await open({ access });
    const page = `${served.origin}/loops`;
    expect(await act(page, PAUSE)).toMatchObject({ status: 403 });
    expect(await act(page, PAUSE, { ...FROM_THE_PAGE, 'x-role': 'operator' })).toMatchObject({ status: 200 });
    expect(JSON.parse((await ask(`${page}/data`)).body)).toMatchObject({ access: 'read' });
    const headers = { 'x-role': 'operator' };
    expect(JSON.parse((await ask(`${page}/data`, { headers })).body)).toMatchObject({ access: 'all' });
    expect(asked).toEqual([
      '/loops/actions act',
      '/loops/actions act',
      '/loops/data data',
      '/loops/data data',
    ]);
  });

  it.each<[how: string, page: (options: WaitPageOptions) => ReturnType<typeof WaitPageModule.forRoot>]>([
    ['forRoot', (options) => WaitPageModule.forRoot(options)],
    [
      'forRootAsync',
      ({ imports = [], guards, access }) =>
        WaitPageModule.forRootAsync({ imports, guards, useFactory: () => ({ access }) }),
    ],
  ])('finds what a guard needs in the imports of %s', async (_how, module) => {
    const page = module({ imports: [AuthModule], guards: [SessionGuard], access: () => 'all' });
    const served = await serve(platform, { providers: [Outbox], page });
    const statuses = await statusOfEveryRoute(served);
    expect(statuses).toEqual(statuses.map(() => 403));
    const headers = { authorization: 'secret' };
    expect(await ask(`${served.origin}/loops/page`, { headers })).toMatchObject({ status: 200 });
    expect(await act(`${served.origin}/loops`, PAUSE, { ...FROM_THE_PAGE, ...headers })).toMatchObject({
      status: 200,
    });
  });
});
