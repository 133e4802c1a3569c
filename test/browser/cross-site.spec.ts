import { describe, expect, it, jest } from '@jest/globals';
import { UnauthorizedException, type CanActivate, type ExecutionContext } from '@nestjs/common';
import type { Page } from 'playwright-core';
import { atEnd } from './support/at-end.js';
import { serveAttacker } from './support/attacker.js';
import { browser } from './support/browser.js';
import { eventually } from './support/eventually.js';
import type { ScriptedLoop } from './support/scripted-loop.js';
import { serve, type Served } from './support/serve.js';

jest.setTimeout(60_000); // starting a browser takes long on a busy machine

const CREDENTIALS = { username: 'olga', password: 'pa55' };
const AUTHORIZATION = `Basic ${Buffer.from('olga:pa55').toString('base64')}`;
const ACTION = JSON.stringify({ loop: 'Outbox.flush', action: 'pause' });
const JSON_HEADERS = { 'Content-Type': 'application/json', 'X-Nestjs-Wait': '1' };
// A form of text/plain is JSON if the name and the value of its field are chosen well.
const [HEAD, TAIL] = [`${ACTION.slice(0, -1)},"note":"`, '"}'];

interface HttpRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string | undefined>>;
}
interface HttpResponse {
  header(name: string, value: string): void;
  on(event: 'finish', listener: () => void): void;
}

const isKnown = ({ headers }: HttpRequest): boolean => headers['authorization'] === AUTHORIZATION;

/** Asks for a password. A browser that knows it adds it to every later request by itself. */
const basicAuth: CanActivate = {
  canActivate(context: ExecutionContext): boolean {
    const http = context.switchToHttp();
    if (isKnown(http.getRequest<HttpRequest>())) {
      return true;
    }
    http.getResponse<HttpResponse>().header('WWW-Authenticate', 'Basic realm="loops"');
    throw new UnauthorizedException();
  },
};

class Victim {
  /** The requests that were answered: the method, the type, and whether the browser has added the password. */
  readonly answered: string[] = [];
  served!: Served;
  loop!: ScriptedLoop;

  static async serve(isGuarded: boolean, configure?: (app: Served['app']) => void): Promise<Victim> {
    const victim = new Victim();
    victim.served = await serve({
      page: { guards: isGuarded ? [basicAuth] : [], access: () => 'all', refresh: '1m' },
      configure: (app) => {
        app.use((request: HttpRequest, response: HttpResponse, next: () => void) => {
          response.on('finish', () => victim.note(request));
          next();
        });
        configure?.(app);
      },
    });
    victim.loop = victim.served.loop('Outbox.flush');
    return victim;
  }

  get url(): string {
    return this.served.url;
  }

  private note(request: HttpRequest): void {
    const { method, path, headers } = request;
    const [type] = (headers['content-type'] ?? '').split(';');
    const words = [method, path.replace(/^.*\//, ''), type, isKnown(request) && 'with the password'];
    this.answered.push(words.filter(Boolean).join(' '));
  }

  async expectUntouched(answered: string): Promise<void> {
    await eventually(() => expect(this.answered).toContain(answered));
    expect(this.loop.handle.info()).toMatchObject({ paused: false, runs: 1 });
  }
}

/** Somebody who knows the password opens the page of the loops, and then that of an attacker. */
async function lure(victim: Victim, host: Host): Promise<Page> {
  const context = await (
    await browser()
  ).newContext({
    httpCredentials: { ...CREDENTIALS, origin: victim.served.origin },
  });
  atEnd(() => context.close());
  const operator = await context.newPage();
  await Promise.all([operator.waitForResponse(`${victim.url}/data*`), operator.goto(`${victim.url}/page`)]);
  const page = await context.newPage();
  await page.goto(await serveAttacker(host));
  victim.answered.length = 0;
  return page;
}

type Host = 'localhost' | '127.0.0.1';
type Attack = (url: string) => string;

const form =
  (type: string, name: string, value: string): Attack =>
  (url) => `
    const form = document.createElement('form');
    Object.assign(form, { method: 'post', action: ${JSON.stringify(url)}, enctype: '${type}' });
    const input = document.createElement('input');
    Object.assign(input, { name: ${JSON.stringify(name)}, value: ${JSON.stringify(value)} });
    form.append(input);
    document.body.append(form);
    form.submit();`;

const script =
  (init: object): Attack =>
  (url) => {
    const request = { method: 'POST', body: ACTION, credentials: 'include', ...init };
    return `fetch(${JSON.stringify(url)}, ${JSON.stringify(request)}).catch(() => {})`;
  };

const beacon =
  (type: string): Attack =>
  (url) =>
    `navigator.sendBeacon(${JSON.stringify(url)}, new Blob([${JSON.stringify(ACTION)}], { type: '${type}' }))`;

const FORMS: readonly [title: string, attack: Attack, answered: string][] = [
  [
    'a form',
    form('application/x-www-form-urlencoded', 'loop', 'Outbox.flush'),
    'POST actions application/x-www-form-urlencoded',
  ],
  [
    'a form with files',
    form('multipart/form-data', 'loop', 'Outbox.flush'),
    'POST actions multipart/form-data',
  ],
  ['a form whose text is JSON', form('text/plain', HEAD, TAIL), 'POST actions text/plain'],
];

const SCRIPTS: readonly [title: string, attack: Attack, answered: string][] = [
  ['a script that asks nobody', script({ mode: 'no-cors' }), 'POST actions text/plain'],
  ['a beacon', beacon('text/plain'), 'POST actions text/plain'],
];

// The browser asks first, and is told no.
const ASKING: readonly [title: string, attack: Attack][] = [
  ['a beacon of JSON', beacon('application/json')],
  ['a script that sends what the page sends', script({ headers: JSON_HEADERS })],
];

const LENIENT = (app: Served['app']): void => app.enableCors({ origin: true, credentials: true });

describe.each<Host>(['localhost', '127.0.0.1'])('a page of another port on %s', (host) => {
  it.each(FORMS)(
    'has no effect with %s, to which the browser adds the password',
    async (_title, attack, want) => {
      const victim = await Victim.serve(true);
      const page = await lure(victim, host);
      await page.evaluate(attack(`${victim.url}/actions`));
      await victim.expectUntouched(`${want} with the password`);
    },
  );

  // Chromium adds no password to what scripts of another host send, so only an unguarded page could be hit.
  const isGuarded = host === '127.0.0.1';
  const suffix = isGuarded ? ' with the password' : '';

  it.each(SCRIPTS)('has no effect with %s', async (_title, attack, want) => {
    const victim = await Victim.serve(isGuarded);
    const page = await lure(victim, host);
    await page.evaluate(attack(`${victim.url}/actions`));
    await victim.expectUntouched(`${want}${suffix}`);
  });

  it.each(ASKING)('does not get as far as sending %s', async (_title, attack) => {
    const victim = await Victim.serve(false);
    const page = await lure(victim, host);
    await page.evaluate(attack(`${victim.url}/actions`));
    await victim.expectUntouched('OPTIONS actions');
    expect(victim.answered).toEqual(['OPTIONS actions']);
  });

  it.each(ASKING)('has no effect with %s where scripts of every site are let in', async (_title, attack) => {
    const victim = await Victim.serve(isGuarded, LENIENT);
    const page = await lure(victim, host);
    await page.evaluate(attack(`${victim.url}/actions`));
    await victim.expectUntouched(`POST actions application/json${suffix}`);
    const site = host === 'localhost' ? 'cross-site' : 'same-site';
    if (attack === ASKING[1]![1]) {
      expect(victim.served.logger.messages('warn').join('\n')).toMatch(`Sec-Fetch-Site: '${site}'`);
    }
  });

  it('cannot show the page of the loops in a frame', async () => {
    const victim = await Victim.serve(isGuarded);
    const page = await lure(victim, host);
    await page.evaluate(`
      const frame = document.createElement('iframe');
      frame.src = ${JSON.stringify(`${victim.url}/page`)};
      globalThis.loaded = new Promise((resolve) => (frame.onload = resolve));
      document.body.append(frame);`);
    await page.evaluate('loaded');
    const frame = page.frames().find((each) => each !== page.mainFrame());
    await eventually(() => expect(frame!.url()).toMatch(/^chrome-error:/));
    expect(victim.answered).toEqual([`GET page${suffix}`]);
  });
});
