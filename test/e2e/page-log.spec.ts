import { describe, expect, it, jest } from '@jest/globals';
import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { Until, WAIT_LOGGER } from 'nestjs-wait';
import { show } from '../../src/core/values/show.js';
import { act, ask, FROM_THE_PAGE, infoOf, PLATFORMS, serve, type Served } from '../support/page.js';

@Injectable()
class Outbox {
  @Until('10s')
  flush(): void {}
}

/** Finds this user, whoever asks. */
class LogsIn implements CanActivate {
  constructor(private readonly user: unknown) {}

  canActivate(context: ExecutionContext): boolean {
    context.switchToHttp().getRequest<{ user?: unknown }>().user = this.user;
    return true;
  }
}

/** What the log says about the page, with its levels. */
const linesOf = ({ logger }: Served): string[] =>
  logger.lines
    .filter(({ message }) => /\bpage\b|Page/.test(message))
    .map(({ level, message, context }) => `${level} [${String(context)}] ${message}`);

const unreadable = {
  get username(): never {
    throw new Error('no session');
  },
  id: 7,
};

describe.each(PLATFORMS)('what happens on the page on %s is logged', (platform) => {
  const open = (user?: unknown): Promise<Served> =>
    serve(platform, { providers: [Outbox], page: { guards: [new LogsIn(user)], access: () => 'all' } });

  it.each<[who: string, user: unknown, want: string]>([
    ['the username of the user', { id: 7, name: 'Alice', username: 'alice' }, 'alice'],
    ['the name of the user', { sub: 'auth0|7', email: 'alice@example.org', name: 'Alice' }, 'Alice'],
    [
      'the e-mail address of the user',
      { id: 7, login: 'al', email: 'alice@example.org' },
      'alice@example.org',
    ],
    ['the login of the user', { sub: 'auth0|7', id: 7, login: 'al' }, 'al'],
    ['the number of the user', { sub: 'auth0|7', id: 7 }, '7'],
    ['the number of the first user', { id: 0 }, '0'],
    ['the subject of the token', { sub: 'auth0|7', roles: ['admin'] }, 'auth0|7'],
    ['the user itself', 'alice', 'alice'],
    [
      'the first name that is not empty',
      { username: '', name: undefined, email: 'alice@example.org' },
      'alice@example.org',
    ],
    ['the first name that can be read', unreadable, '7'],
    ['the address of a user without a name', { username: '', roles: ['admin'] }, '127.0.0.1'],
    ['the address without a user', undefined, '127.0.0.1'],
    ['the address without a user that is null', null, '127.0.0.1'],
  ])('with %s', async (_who, user, want) => {
    const served = await open(user);
    await act(`${served.origin}/loops`, { loop: 'Outbox.flush', action: 'pause', note: 'a migration' });
    expect(linesOf(served)).toEqual([
      `log [WaitModule] Outbox.flush: paused on the page by '${want}' ("a migration")`,
    ]);
  });

  it('for every action that is accepted, and says if it changes nothing', async () => {
    const served = await open('alice');
    for (const action of ['trigger', 'pause', 'pause', 'trigger', 'resume', 'resume']) {
      // oxlint-disable-next-line no-await-in-loop -- one after the other
      await act(`${served.origin}/loops`, { loop: 'Outbox.flush', action });
    }
    expect(linesOf(served)).toEqual([
      "log [WaitModule] Outbox.flush: triggered on the page by 'alice'",
      "log [WaitModule] Outbox.flush: paused on the page by 'alice'",
      "log [WaitModule] Outbox.flush: pause without effect on the page by 'alice'",
      "log [WaitModule] Outbox.flush: triggered on the page by 'alice'",
      "log [WaitModule] Outbox.flush: resumed on the page by 'alice'",
      "log [WaitModule] Outbox.flush: resume without effect on the page by 'alice'",
    ]);
  });

  it('in one line each, which no name and no note can forge', async () => {
    const served = await open('al\r\nice\u001b[2J');
    const note = 'x\n[Nest] LOG [WaitModule] all is well\u2028';
    await act(`${served.origin}/loops`, { loop: 'Outbox.flush', action: 'pause', note });
    expect(linesOf(served)).toEqual([
      'log [WaitModule] Outbox.flush: paused on the page by \'al\\r\\nice\\x1B[2J\' ("x\\n[Nest] LOG [WaitModule] all is well\\u2028")',
    ]);
    expect(infoOf(served, 'Outbox.flush').pauseReason).toBe(note);
  });

  it('with quotes, which no name and no note can leave', async () => {
    const served = await open("alice' (approved)");
    const note = `") Billing.charge: resumed by 'bob' ("\u202eok`;
    await act(`${served.origin}/loops`, { loop: 'Outbox.flush', action: 'pause', note });
    expect(linesOf(served)).toEqual([
      `log [WaitModule] Outbox.flush: paused on the page by "alice' (approved)" ("\\") Billing.charge: resumed by 'bob' (\\"\\u202eok")`,
    ]);
  });

  it('with 100 characters of a name at most, and the whole note', async () => {
    const served = await open('a'.repeat(8000));
    const note = 'n'.repeat(500);
    await act(`${served.origin}/loops`, { loop: 'Outbox.flush', action: 'pause', note });
    expect(linesOf(served)).toEqual([
      `log [WaitModule] Outbox.flush: paused on the page by '${'a'.repeat(98)}… ("${note}")`,
    ]);
  });

  it('as a warning, if it comes from another site', async () => {
    const served = await open('alice');
    const action = { loop: 'Outbox.flush', action: 'pause' };
    await act(`${served.origin}/loops`, action, { ...FROM_THE_PAGE, 'sec-fetch-site': 'cross-site' });
    const { 'sec-fetch-site': _site, ...older } = FROM_THE_PAGE;
    await served.clock.advance(60_000);
    await act(`${served.origin}/loops`, action, {
      ...older,
      origin: `https://evil.example/${'x'.repeat(500)}`,
    });
    const lines = linesOf(served);
    expect(lines).toEqual([
      "warn [WaitModule] The page refused an action of 'alice': This request comes from another site (Sec-Fetch-Site: 'cross-site'). Act on the page of the loops itself.",
      expect.stringMatching(
        /^warn \[WaitModule\] The page refused an action of 'alice': .*its Origin is 'https:\/\/evil\.example.*…/,
      ),
    ]);
    expect(lines[1]?.length).toBeLessThan(500);
  });

  it('as a warning, if somebody acts who may only look', async () => {
    const served = await serve(platform, { providers: [Outbox], page: { access: () => 'read' } });
    await act(`${served.origin}/loops`, { loop: 'Outbox.flush', action: 'pause' });
    expect(linesOf(served)).toEqual([
      "warn [WaitModule] The page refused an action of '127.0.0.1': You may look at the loops, but not act on them. Ask for the access that acting needs.",
    ]);
  });

  it('once a minute for each reason, if it is refused more often', async () => {
    let access: 'all' | 'read' = 'read';
    const served = await serve(platform, { providers: [Outbox], page: { access: () => access } });
    const refuse = async (): Promise<number> => {
      for (access of ['read', 'read', 'all', 'all'] as const) {
        // oxlint-disable-next-line no-await-in-loop -- one after the other
        await act(`${served.origin}/loops`, {}, { 'content-type': 'application/json' });
      }
      return linesOf(served).length;
    };
    expect(await refuse()).toBe(2);
    await served.clock.advance(59_999);
    expect(await refuse()).toBe(2);
    await served.clock.advance(1);
    expect(await refuse()).toBe(4);
    expect(linesOf(served)[3]).toMatch(/needs the header/);
  });

  it.each([true, undefined, null, 'write', Object('all')])(
    'as a warning once a minute, if access returns %p',
    async (returned) => {
      let access: unknown = returned;
      const served = await serve(platform, {
        providers: [Outbox],
        page: { access: () => access as 'read' },
      });
      const look = async (): Promise<number> => {
        await ask(`${served.origin}/loops/data`);
        await ask(`${served.origin}/loops/page`);
        return linesOf(served).length;
      };
      expect(await look()).toBe(1);
      expect(linesOf(served)).toEqual([
        `warn [WaitModule] WaitPageModule: access returned ${show(returned)}, so the request is refused. It must return 'all', 'read' or false.`,
      ]);
      await served.clock.advance(59_999);
      expect(await look()).toBe(1);
      await served.clock.advance(1);
      expect(await look()).toBe(2);
      await served.clock.advance(60_000);
      access = false;
      expect(await look()).toBe(2);
    },
  );

  it('unless it is only a mistake, or a look', async () => {
    const served = await open('alice');
    const page = `${served.origin}/loops`;
    await act(page, { loop: 'Outbox.flush', action: 'pause', instance: 'web-2' });
    await act(page, { loop: 'no such loop', action: 'pause' });
    await act(page, { action: 'pause' });
    await act(page, {}, { 'content-type': 'text/plain' });
    expect(linesOf(served)).toEqual([]);
  });

  it('to a logger that fails too, which ends nothing', async () => {
    const served = await open('alice');
    const logger: { log: unknown } = served.app.get(WAIT_LOGGER);
    logger.log = () => Promise.reject(new Error('the disk is full'));
    const printed = jest.spyOn(console, 'error').mockImplementation(() => undefined);
    const answer = await act(`${served.origin}/loops`, { loop: 'Outbox.flush', action: 'pause' });
    await served.close();
    const lines = printed.mock.calls.map(([line]) => line as unknown);
    printed.mockRestore();
    expect(answer).toMatchObject({ status: 200 });
    expect(lines).toContain(
      "[WaitModule] Outbox.flush: paused on the page by 'alice' (The logger failed: the disk is full)",
    );
  });
});
