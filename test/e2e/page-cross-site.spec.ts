import { once } from 'node:events';
import { connect } from 'node:http2';
import { describe, expect, it } from '@jest/globals';
import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { Until } from 'nestjs-wait';
import { ask, infoOf, PLATFORMS, serve, type PageApplication, type Served } from '../support/page.js';

// What a page of another site can make a browser send, with whatever the browser adds by itself. The routes
// get the same request with each way to be logged in.

@Injectable()
class Outbox {
  @Until('10s')
  flush(): void {}
}

/** Lets in whoever the browser knows the password of. It sends it by itself, whoever makes it ask. */
class BasicAuth implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    const request = context.switchToHttp().getRequest<{ headers: Record<string, string>; user?: object }>();
    request.user = { name: 'alice' };
    return request.headers['authorization'] === PASSWORD['authorization'];
  }
}

const PASSWORD = { authorization: `Basic ${Buffer.from('alice:secret').toString('base64')}` };
const JSON_BODY = { 'content-type': 'application/json' };
const OWN_HEADER = { 'x-nestjs-wait': '1' };
const OWN_SITE = { 'sec-fetch-site': 'same-origin' };
const OTHER_SITE = { 'sec-fetch-site': 'cross-site' };

/** A request, but for its action. */
interface Row {
  readonly title: string;
  /** `HOST` stands for the host and the port of the application. */
  readonly headers: Readonly<Record<string, string>>;
  /** Writes the action; default: as JSON. */
  readonly write?: (json: string) => string;
  readonly want: number;
}

const multipart = (json: string): string =>
  `--b\r\nContent-Disposition: form-data; name="file"; filename="a.json"\r\nContent-Type: application/json\r\n\r\n${json}\r\n--b--\r\n`;

const foreign: readonly Row[] = [
  {
    title: 'a form',
    headers: { ...OTHER_SITE, 'content-type': 'application/x-www-form-urlencoded' },
    write: (json) => new URLSearchParams(Object.entries(JSON.parse(json) as object)).toString(),
    want: 415,
  },
  {
    title: 'a form of which the browser says nothing',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    write: (json) => `${json}=`,
    want: 415,
  },
  {
    title: 'a form with a file of JSON',
    headers: { ...OTHER_SITE, 'content-type': 'multipart/form-data; boundary=b' },
    write: multipart,
    want: 415,
  },
  { title: 'a form of JSON as text', headers: { ...OTHER_SITE, 'content-type': 'text/plain' }, want: 415 },
  {
    title: 'JSON as text, even with everything else',
    headers: { ...OWN_HEADER, ...OWN_SITE, 'content-type': 'text/plain' },
    want: 415,
  },
  {
    title: 'JSON as a form that looks like JSON',
    headers: { ...OWN_HEADER, ...OWN_SITE, 'content-type': 'text/plain; application/json' },
    want: 415,
  },
  { title: 'JSON of no type', headers: { ...OWN_HEADER, ...OWN_SITE }, want: 415 },
  { title: 'JSON without the header of the page', headers: { ...JSON_BODY, ...OWN_SITE }, want: 403 },
  {
    title: 'JSON with another value of that header',
    headers: { ...JSON_BODY, ...OWN_SITE, 'x-nestjs-wait': '1, 1' },
    want: 403,
  },
  {
    title: 'a script of another site, which CORS lets send everything',
    headers: { ...JSON_BODY, ...OWN_HEADER, ...OTHER_SITE, origin: 'https://evil.example' },
    want: 403,
  },
  {
    title: 'a script of another site, with an origin that is none of its own',
    headers: { ...JSON_BODY, ...OWN_HEADER, ...OTHER_SITE, origin: 'http://HOST' },
    want: 403,
  },
  {
    title: 'a script of a sister site',
    headers: { ...JSON_BODY, ...OWN_HEADER, 'sec-fetch-site': 'same-site', origin: 'http://HOST' },
    want: 403,
  },
  {
    title: 'a browser that says that nobody made it ask',
    headers: { ...JSON_BODY, ...OWN_HEADER, 'sec-fetch-site': 'none' },
    want: 403,
  },
  {
    title: 'a browser that says two things',
    headers: { ...JSON_BODY, ...OWN_HEADER, 'sec-fetch-site': 'same-origin, cross-site' },
    want: 403,
  },
  {
    title: 'an old browser that says nothing, not even an origin',
    headers: { ...JSON_BODY, ...OWN_HEADER },
    want: 403,
  },
  ...[
    ['that is hidden', 'null'],
    ['that is empty', ''],
    ['of another site', 'https://evil.example'],
    ['of another port', 'http://127.0.0.1:1'],
    ['that begins like the host', 'http://HOST.evil.example'],
    ['with the host as its user', 'http://HOST@evil.example'],
    ['with the host as its path', 'http://evil.example/HOST'],
    ['with a user of the host', 'http://user:password@HOST'],
    ['with a path of the host', 'http://HOST/path'],
    ['of a file', 'file://'],
    ['that is the host alone', 'HOST'],
  ].map(([what, origin = '']) => ({
    title: `a browser on plain HTTP with an origin ${what}`,
    headers: { ...JSON_BODY, ...OWN_HEADER, origin },
    want: 403,
  })),
];

const own: readonly Row[] = [
  { title: 'a browser', headers: { ...JSON_BODY, ...OWN_HEADER, ...OWN_SITE }, want: 200 },
  {
    title: 'a browser behind a proxy that does not pass the host on',
    headers: { ...JSON_BODY, ...OWN_HEADER, ...OWN_SITE, origin: 'https://ops.example' },
    want: 200,
  },
  {
    title: 'a browser on plain HTTP',
    headers: { ...JSON_BODY, ...OWN_HEADER, origin: 'http://HOST' },
    want: 200,
  },
  {
    title: 'an old browser behind a proxy for HTTPS',
    headers: { ...JSON_BODY, ...OWN_HEADER, origin: 'https://HOST' },
    want: 200,
  },
  {
    title: 'a browser on plain HTTP whose host is written in capitals',
    headers: { ...JSON_BODY, ...OWN_HEADER, origin: 'http://ops.example', host: 'OPS.example' },
    want: 200,
  },
  {
    title: 'a browser on plain HTTP behind a proxy that names the usual port',
    headers: { ...JSON_BODY, ...OWN_HEADER, origin: 'http://ops.example', host: 'ops.example:80' },
    want: 200,
  },
  {
    title: 'an old browser behind a proxy for HTTPS that names the usual port',
    headers: { ...JSON_BODY, ...OWN_HEADER, origin: 'https://ops.example', host: 'ops.example:443' },
    want: 200,
  },
  {
    title: 'a browser that names the encoding',
    headers: { ...OWN_HEADER, ...OWN_SITE, 'content-type': 'Application/JSON; charset=utf-8' },
    want: 200,
  },
];

const applications: readonly (readonly [string, PageApplication])[] = [
  ['an application', {}],
  ['an application with basic auth', { page: { guards: [BasicAuth], access: () => 'all' } }],
  [
    'an application whose CORS allows everything',
    { prepare: (app) => app.enableCors({ origin: true, credentials: true }) },
  ],
];

async function send({ origin }: Served, { headers, write = String }: Row, action: string): Promise<number> {
  const { host } = new URL(origin);
  const json = JSON.stringify({ loop: 'Outbox.flush', action });
  const entries = Object.entries(headers).map(
    ([name, value]) => [name, value.replace('HOST', host)] as const,
  );
  const answer = await ask(`${origin}/loops/actions`, {
    method: 'POST',
    headers: { ...PASSWORD, ...Object.fromEntries(entries) },
    body: write(json),
  });
  return answer.status;
}

describe.each(PLATFORMS)('on %s', (platform) => {
  describe.each(applications)('%s', (_title, application) => {
    it.each(foreign)('does not act for $title', async (row) => {
      const served = await serve(platform, { ...application, providers: [Outbox] });
      const before = infoOf(served, 'Outbox.flush');
      expect(await send(served, row, 'pause')).toBe(row.want);
      expect(await send(served, row, 'trigger')).toBe(row.want);
      await served.clock.advance(0);
      expect(infoOf(served, 'Outbox.flush')).toEqual(before);
    });
  });

  it.each(own)('acts for $title', async (row) => {
    const served = await serve(platform, { providers: [Outbox] });
    expect(await send(served, row, 'pause')).toBe(row.want);
    expect(await send(served, row, 'trigger')).toBe(row.want);
    await served.clock.advance(0);
    expect(infoOf(served, 'Outbox.flush')).toMatchObject({ paused: true, runs: 2 });
  });
});

describe('over HTTP/2, which has no Host,', () => {
  it.each([
    { what: 'acts for its own origin', origin: 'http://HOST', want: 200 },
    { what: 'does not act for another one', origin: 'http://evil.example', want: 403 },
    { what: 'does not act for a file', origin: 'file://', want: 403 },
  ])('$what', async ({ origin, want }) => {
    const adapter = new FastifyAdapter({ http2: true });
    const served = await serve('Fastify', { providers: [Outbox], adapter });
    const session = connect(served.origin);
    const stream = session.request({
      ':method': 'POST',
      ':path': '/loops/actions',
      ...JSON_BODY,
      ...OWN_HEADER,
      origin: origin.replace('HOST', new URL(served.origin).host),
    });
    stream.end(JSON.stringify({ loop: 'Outbox.flush', action: 'pause' }));
    const [headers] = (await once(stream, 'response')) as [Record<string, unknown>];
    stream.close();
    session.destroy();
    expect(headers[':status']).toBe(want);
    expect(infoOf(served, 'Outbox.flush').paused).toBe(want === 200);
  });
});
