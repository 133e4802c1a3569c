import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { APP_CSS, APP_JS, PAGE_HTML } from '../../../src/page/assets.js';
import type { PageAnswer, PageData } from '../../../src/page/page-data.js';
import { bundle, type Bundle } from './bundle.js';
import type { Bundler } from './bundlers.js';
import { RunningApp } from '../../support/running-app.js';

/** Tests an application that was made by the bundler. */
export function describeBundle(bundler: Bundler): void {
  describe(`an application that was bundled by ${bundler.name}`, () => {
    let made: Bundle | undefined;
    let app: RunningApp;
    beforeAll(async () => {
      made = await bundle(bundler);
      app = await RunningApp.start(made.main);
    });
    afterAll(async () => {
      await app?.stop('SIGKILL');
      made?.remove();
    });

    it('is made without a warning', () => {
      expect(made?.printed).not.toMatch(/warn/i);
    });

    it('leads to the page', async () => {
      const { status, headers } = await app.fetch('loops');
      expect([status, headers.get('Location')]).toEqual([302, 'loops/page']);
    });

    it.each([
      ['page', PAGE_HTML],
      ['app.js', APP_JS],
      ['app.css', APP_CSS],
    ])('serves %s whole', async (file, { body, type, etag }) => {
      const response = await app.fetch(`loops/${file}`);
      expect(response.status).toBe(200);
      expect(response.headers.get('Content-Type')).toBe(type);
      expect(response.headers.get('ETag')).toBe(etag);
      expect(response.headers.get('Content-Length')).toBe(String(Buffer.byteLength(body)));
      expect(await response.text()).toBe(body);
    });

    it('lists its loops, and why one has failed', async () => {
      const data = await dataOf(app);
      expect(data.loops.map(({ name, lastError }) => [name, lastError])).toEqual([
        ['Report.write', 'the disk is full'],
        ['Outbox.flush', undefined],
      ]);
    });

    it('pauses a loop, and says why in its log', async () => {
      const { status, answer } = await act(app, { loop: 'Report.write', action: 'pause', note: 'no disk' });
      expect([status, answer.code]).toEqual([200, undefined]);
      const { loops } = await dataOf(app);
      expect(loops.map(({ name, state }) => [name, state])).toContainEqual(['Report.write', 'paused']);
      expect(app.output).toContain('no disk');
    });

    it('ends with code 0 when it gets SIGTERM', async () => {
      expect(await app.stop()).toBe(0);
      expect(app.output).toContain('Stopped 2 loops');
    });
  });
}

async function dataOf(app: RunningApp): Promise<PageData> {
  return (await (await app.fetch('loops/data')).json()) as PageData;
}

async function act(app: RunningApp, action: unknown): Promise<{ status: number; answer: PageAnswer }> {
  const response = await app.fetch('loops/actions', {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', 'X-Nestjs-Wait': '1', 'Sec-Fetch-Site': 'same-origin' },
    body: JSON.stringify(action),
  });
  return { status: response.status, answer: (await response.json()) as PageAnswer };
}
