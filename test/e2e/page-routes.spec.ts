import { describe, expect, it } from '@jest/globals';
import { Injectable } from '@nestjs/common';
import { ExpressAdapter } from '@nestjs/platform-express';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { Until } from 'nestjs-wait';
import { APP_CSS, APP_JS, PAGE_HTML } from '../../src/page/assets.js';
import type { PageData } from '../../src/page/page-data.js';
import { ask, PLATFORMS, routesOf, serve, type Platform } from '../support/page.js';

@Injectable()
class Outbox {
  @Until('10s')
  flush(): void {}
}

const FILES = [
  { file: 'page', asset: PAGE_HTML },
  { file: 'app.js', asset: APP_JS },
  { file: 'app.css', asset: APP_CSS },
];

const OWN_HEADERS = {
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'",
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'cross-origin-resource-policy': 'same-origin',
};

describe.each(PLATFORMS)('the page on %s', (platform) => {
  const open = async (): Promise<string> => {
    const { origin } = await serve(platform, { providers: [Outbox] });
    return `${origin}/loops`;
  };

  it('has these routes', async () => {
    expect(routesOf(await serve(platform, {}))).toEqual([
      { method: 'GET', path: '' },
      { method: 'GET', path: 'page' },
      { method: 'GET', path: 'app.js' },
      { method: 'GET', path: 'app.css' },
      { method: 'GET', path: 'data' },
      { method: 'POST', path: 'actions' },
    ]);
  });

  it('leads from its path to the page by a relative address, whatever the query is', async () => {
    const want = { status: 302, body: '', headers: { ...OWN_HEADERS, location: 'loops/page' } };
    const page = await open();
    expect(await ask(page)).toMatchObject(want);
    expect(await ask(`${page}?next=/a/b/`)).toMatchObject(want);
  });

  it.each(FILES)('answers $file, which a browser keeps and asks for again', async ({ file, asset }) => {
    const page = await open();
    expect(await ask(`${page}/${file}`)).toMatchObject({
      status: 200,
      body: asset.body,
      headers: { ...OWN_HEADERS, 'content-type': asset.type, etag: asset.etag, 'cache-control': 'no-cache' },
    });
  });

  it.each(FILES)('answers that a browser has $file, if it says so', async ({ file, asset: { etag } }) => {
    const page = await open();
    const want = { status: 304, body: '', headers: { ...OWN_HEADERS, etag, 'cache-control': 'no-cache' } };
    for (const tags of [etag, `W/${etag}`, `"old", ${etag}`, `"old",W/${etag}`, '*']) {
      // oxlint-disable-next-line no-await-in-loop -- one after the other
      expect(await ask(`${page}/${file}`, { headers: { 'if-none-match': tags } })).toMatchObject(want);
    }
  });

  it.each(FILES)(
    'answers $file anew, if a browser has another one',
    async ({ file, asset: { etag, body } }) => {
      const page = await open();
      for (const tags of ['"old"', 'W/"old"', etag.slice(1, -1), '']) {
        // oxlint-disable-next-line no-await-in-loop -- one after the other
        const answer = await ask(`${page}/${file}`, { headers: { 'if-none-match': tags } });
        expect(answer).toMatchObject({ status: 200, body });
      }
    },
  );

  it('answers data that nobody keeps', async () => {
    const answer = await ask(`${await open()}/data`);
    expect(answer).toMatchObject({
      status: 200,
      headers: {
        ...OWN_HEADERS,
        'content-type': 'application/json; charset=utf-8',
        'cache-control': 'no-store',
      },
    });
    expect(JSON.parse(answer.body)).toMatchObject({
      title: 'Loops',
      total: 1,
      loops: [{ name: 'Outbox.flush' }],
    });
  });

  it('passes on what the query of data asks for', async () => {
    const page = await open();
    const dataFor = async (query: string): Promise<unknown> =>
      JSON.parse((await ask(`${page}/data?${query}`)).body);
    expect(await dataFor('q=Outbox.fl&state=waiting')).toMatchObject({ total: 1 });
    expect(await dataFor('q=caf%C3%A9')).toMatchObject({ total: 0, loops: [] });
    expect(await dataFor('q=OUT&q=nothing')).toMatchObject({ total: 0 });
    expect(await dataFor('loop=Outbox.flush&__proto__=x&q=outbox+')).toMatchObject({
      total: 1,
      detail: { name: 'Outbox.flush' },
    });
  });

  it('refuses a state that does not exist, and takes each that it counts', async () => {
    const page = await open();
    const refused = await ask(`${page}/data?state=failing,broken`);
    const { instance, counts } = JSON.parse((await ask(`${page}/data?state=`)).body) as PageData;
    expect(refused).toMatchObject({ status: 400, headers: { ...OWN_HEADERS, 'cache-control': 'no-store' } });
    expect(JSON.parse(refused.body)).toEqual({
      instance,
      message: expect.stringMatching(/^There is no state 'broken'\. The states are running, .*\.$/),
    });
    expect(await ask(`${page}/data?state=${Object.keys(counts).join()}`)).toMatchObject({ status: 200 });
  });

  it.each([...FILES.map(({ file }) => file), 'data'])('answers HEAD for %s without a body', async (file) => {
    const page = await open();
    const got = await ask(`${page}/${file}`);
    const head = await ask(`${page}/${file}`, { method: 'HEAD' });
    expect(head).toMatchObject({ status: 200, body: '', headers: OWN_HEADERS });
    expect(head.headers['content-length']).toBe(got.headers['content-length']);
  });

  it('knows no other address and no other method', async () => {
    const page = await open();
    const answers = await Promise.all([
      ask(`${page}/app.map`),
      ask(`${page}/actions`),
      ask(`${page}/data`, { method: 'POST' }),
      ask(`${page}/page`, { method: 'DELETE' }),
    ]);
    expect(answers.map(({ status }) => status)).toEqual([404, 404, 404, 404]);
  });
});

describe('a slash at the end', () => {
  // Only these serve a path with a slash at its end.
  const tolerant: readonly (readonly [Platform, () => ExpressAdapter | FastifyAdapter])[] = [
    ['Express', () => new ExpressAdapter()],
    ['Fastify', () => new FastifyAdapter({ routerOptions: { ignoreTrailingSlash: true } })],
  ];

  it.each(tolerant)('leads to the page too on %s, where it is taken', async (platform, adapter) => {
    const { origin } = await serve(platform, { providers: [Outbox], adapter: adapter() });
    const entry = await ask(`${origin}/loops/?a=b`);
    expect(entry).toMatchObject({ status: 302, headers: { location: 'page' } });
    const page = await ask(`${origin}/loops/page/`);
    expect(page).toMatchObject({ status: 302, headers: { location: '../page' } });
  });
});
