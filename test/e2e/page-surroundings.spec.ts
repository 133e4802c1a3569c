import { describe, expect, it } from '@jest/globals';
import { Injectable } from '@nestjs/common';
import { Until } from 'nestjs-wait';
import { act, ask, FROM_THE_PAGE, infoOf, PLATFORMS, serve } from '../support/page.js';
import { proxyTo } from '../support/proxy.js';
import { Neighbour, surroundings } from '../support/surroundings.js';

// A page is whole if a browser gets all that it asks for. Every address is resolved as a browser does it, from
// the one before.

@Injectable()
class Outbox {
  @Until('10s')
  flush(): void {}
}

const OWN_POLICY = expect.stringMatching(/^default-src 'none'; script-src 'self'; /);
const TYPES: Readonly<Record<string, string>> = { js: 'text/javascript', css: 'text/css' };

/** The addresses of everything that an HTML page loads. */
function addressesIn(html: string): string[] {
  const found = Array.from(html.matchAll(/\b(?:src|href)\s*=\s*"([^"]+)"/g), ([, address = '']) => address);
  return found.filter((address) => !address.startsWith('data:'));
}

describe.each(PLATFORMS)('the page on %s is whole', (platform) => {
  it.each(surroundings)('$title', async (surrounding) => {
    const {
      title: _title,
      path = '/loops',
      cutOff,
      headers = {},
      wantHeaders = {},
      wantNeighbour,
      ...application
    } = surrounding;
    const providers = [Outbox, ...(application.providers ?? [])];
    const served = await serve(platform, { ...application, providers, controllers: [Neighbour] });
    const origin = cutOff === undefined ? served.origin : await proxyTo(served.origin, cutOff);
    const want = { ...wantHeaders, 'content-security-policy': OWN_POLICY };

    const entry = await ask(`${origin}${path}`, { headers });
    expect(entry).toMatchObject({ status: 302, headers: want });
    const address = new URL(entry.headers['location'] ?? '', `${origin}${path}`);
    expect(address.href).toBe(`${origin}${path}/page`);

    const page = await ask(address.href, { headers });
    expect(page).toMatchObject({
      status: 200,
      headers: { ...want, 'content-type': 'text/html; charset=utf-8' },
    });
    const again = await ask(address.href, {
      headers: { ...headers, 'if-none-match': page.headers['etag'] ?? '' },
    });
    expect(again).toMatchObject({ status: 304, body: '', headers: want });

    const loaded = addressesIn(page.body);
    expect(loaded).toContain('app.js');
    for (const file of loaded) {
      // oxlint-disable-next-line no-await-in-loop -- a few files
      const answer = await ask(new URL(file, address).href, { headers });
      const type = expect.stringContaining(TYPES[file.split('.').pop() ?? ''] ?? 'no such file');
      expect(answer).toMatchObject({ status: 200, headers: { ...want, 'content-type': type } });
    }

    const data = await ask(new URL('data', address).href, { headers });
    expect(data).toMatchObject({ status: 200, headers: want });
    expect(JSON.parse(data.body)).toMatchObject({ access: 'all', loops: [{ name: 'Outbox.flush' }] });

    const action = { loop: 'Outbox.flush', action: 'pause' };
    const paused = await act(new URL('.', address).href.slice(0, -1), action, {
      ...headers,
      ...FROM_THE_PAGE,
    });
    expect(paused).toMatchObject({ status: 200, headers: want });
    expect(JSON.parse(paused.body)).toEqual({
      instance: expect.any(String),
      message: 'Outbox.flush is paused.',
    });
    expect(infoOf(served, 'Outbox.flush').paused).toBe(true);

    if (wantNeighbour !== undefined) {
      const failing = wantNeighbour.status === 418 ? '?fail=yes' : '';
      expect(await ask(`${origin}/neighbour${failing}`)).toMatchObject(wantNeighbour);
    }
  });
});
