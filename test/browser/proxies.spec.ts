import type { IncomingMessage } from 'node:http';
import { describe, expect, it, jest } from '@jest/globals';
import helmet from 'helmet';
import { startProxy } from './support/proxy.js';
import { serve, type ServeOptions, type Served } from './support/serve.js';
import { visit } from './support/visit.js';

jest.setTimeout(60_000); // starting a browser takes long on a busy machine

const STRICT = {
  contentSecurityPolicy: {
    useDefaults: false,
    directives: {
      defaultSrc: ["'none'"],
      scriptSrc: ["'self'"],
      styleSrc: ["'self'"],
      connectSrc: ["'self'"],
      imgSrc: ['data:'],
      baseUri: ["'none'"],
      formAction: ["'none'"],
      frameAncestors: ["'none'"],
      requireTrustedTypesFor: ["'script'"],
      trustedTypes: ["'none'"],
    },
  },
  crossOriginEmbedderPolicy: true,
};

/** Opens the page, a row and the dialog, pauses a loop and runs it. What is refused fails the test. */
async function useThePage(served: Served, url: string): Promise<void> {
  const loop = served.loop('Outbox.flush');
  await loop.fails();
  const visited = await visit(url);
  const { page, button, opener, reason } = visited;
  expect(page.url()).toBe(`${url}/page`);
  await opener('Outbox.flush').click();
  await button('Pause Outbox.flush').click();
  await page.getByRole('textbox', { name: 'Note' }).fill('why');
  await page.keyboard.press('Enter');
  await reason('Outbox.flush', 'why').waitFor();
  const before = loop.runs;
  await button('Run Outbox.flush now').click();
  await visited.status.getByText('Outbox.flush runs now').waitFor();
  await visited.newsCame();
  expect(loop.runs).toBe(before + 1);
}

it('works over plain http on another host, where a browser does not say that it is the same site', async () => {
  let site: unknown = 'nothing was sent';
  const served = await serve({
    configure: (app) =>
      app.use((request: IncomingMessage, _response: unknown, next: () => void) => {
        if (request.method === 'POST') {
          site = request.headers['sec-fetch-site'];
        }
        next();
      }),
  });
  await useThePage(served, served.url.replace('127.0.0.1', 'page.test'));
  expect(site).toBeUndefined();
});

it.each<[title: string, path: string, options: ServeOptions]>([
  ['under a global prefix', '/api/v1/loops', { configure: (app) => app.setGlobalPrefix('api/v1') }],
  [
    'at a path of several segments',
    '/ops/loops',
    { page: { access: () => 'all', refresh: '1s', path: '/ops/loops/' } },
  ],
  ['with the default policy of helmet', '/loops', { configure: (app) => app.use(helmet()) }],
  ['with a strict policy of helmet', '/loops', { configure: (app) => app.use(helmet(STRICT)) }],
])('works %s', async (_title, path, options) => {
  const served = await serve(options);
  await useThePage(served, `${served.origin}${path}`);
});

it('works after a proxy that strips a prefix', async () => {
  const served = await serve();
  const origin = await startProxy({ choose: () => served.port, prefix: '/admin/tools' });
  await useThePage(served, `${origin}/admin/tools/loops`);
});

describe('a proxy that sets a policy of its own beside that of the page', () => {
  it.each([
    ['the default one of helmet', {}],
    ['a strict one', STRICT],
  ])('%s', async (_title, policy) => {
    const headers = await policyOf(policy);
    const served = await serve();
    const origin = await startProxy({
      choose: () => served.port,
      headers: ({ 'content-security-policy': own, ...others }) => ({
        ...others,
        ...headers,
        ...(own !== undefined && {
          'content-security-policy': [own, headers['content-security-policy']] as never,
        }),
      }),
    });
    await useThePage(served, `${origin}/loops`);
  });
});

/** The headers that helmet would set. */
async function policyOf(options: Parameters<typeof helmet>[0]): Promise<Record<string, string>> {
  const headers: Record<string, string> = {};
  const response = {
    setHeader: (name: string, value: string) => (headers[name.toLowerCase()] = value),
    removeHeader: () => {},
  };
  await new Promise((resolve) => helmet(options)({} as never, response as never, resolve));
  return headers;
}
