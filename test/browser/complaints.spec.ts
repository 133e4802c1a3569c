import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it, jest } from '@jest/globals';
import { atEnd } from './support/at-end.js';
import { browser } from './support/browser.js';
import { Complaints } from './support/complaints.js';

jest.setTimeout(60_000); // starting a browser takes long on a busy machine

const POLICY =
  "default-src 'none'; script-src 'self'; connect-src 'self'; require-trusted-types-for 'script'";
const PAGE = '<!doctype html><title>Page</title><body><script type="module" src="app.js"></script>';

/** Opens a page with this script, and waits for `done`, which the script may set to a promise. */
async function complaintsOf(script: string): Promise<Complaints> {
  const answers: Record<string, [type: string, body: string]> = {
    '/': ['text/html', PAGE],
    '/app.js': ['text/javascript', script],
  };
  const server = createServer((request, response) => {
    const [type, body] = answers[request.url!] ?? [];
    if (request.url === '/cut') {
      response.destroy();
    } else if (type === undefined) {
      response.writeHead(404).end();
    } else {
      response.writeHead(200, { 'Content-Type': type, 'Content-Security-Policy': POLICY }).end(body);
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  atEnd(() => server.close());
  const context = await (await browser()).newContext();
  atEnd(() => context.close());
  const page = await context.newPage();
  const complaints = await Complaints.of(page);
  await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
  await page.evaluate('globalThis.done');
  return complaints;
}

it.each([
  ['an error on the console', 'console.error("oh no")', /error: oh no/],
  ['a warning on the console', 'console.warn("look")', /warning: look/],
  ['an error that nothing catches', 'throw new Error("lost")', /uncaught: .*lost/],
  ['a promise that nothing catches', 'Promise.reject(new Error("lost"))', /uncaught: .*lost/],
  ['a path that is not there', 'globalThis.done = fetch("gone")', /status of 404 .*gone/],
  ['a cut connection', 'globalThis.done = fetch("cut").catch(() => {})', /failed: GET .*cut: net::ERR_/],
  ['an inline style', 'document.body.setAttribute("style", "color:red")', /policy: style-src-attr inline/],
  [
    'a string as markup',
    'try { document.body.innerHTML = "x" } catch {}',
    /policy: require-trusted-types-for/,
  ],
])('hears %s', async (_title, script, want) => {
  const complaints = await complaintsOf(script);
  expect(() => complaints.check()).toThrow(want);
});

it('is content when nothing goes wrong', async () => {
  const complaints = await complaintsOf('globalThis.done = fetch("app.js")');
  expect(() => complaints.check()).not.toThrow();
});

it('is content with a complaint that the test has expected, and not without it', async () => {
  const complaints = await complaintsOf('console.error("oh no")');
  complaints.expect(/oh no/);
  expect(() => complaints.check()).not.toThrow();
  complaints.expect(/oh yes/);
  expect(() => complaints.check()).toThrow(/"missing": .*oh yes/s);
});
