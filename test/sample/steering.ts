import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { PageAction, PageLoop } from '../../src/page/page-data.js';
import { SampleProcess } from './sample-process.js';

/** Steers the sample application by its page, after it has been built. */
export function describeSteering(): void {
  describe('an operator of the sample application', () => {
    const loop = 'LoadBalancerSync.sync';
    let sample: SampleProcess;

    beforeEach(async () => {
      sample = await SampleProcess.create();
    });
    afterEach(() => sample?.dispose());

    const act = (action: Partial<PageAction>): Promise<{ status: number; body: unknown }> =>
      sample.request('/loops/actions', 'POST', action);
    const shown = async (): Promise<PageLoop | undefined> =>
      (await sample.loops()).find(({ name }) => name === loop);
    const firstRun = (): Promise<void> =>
      sample.until(async () => (await shown())?.lastOutcome !== undefined, 'the end of the first run');

    it('opens the page at the address that the log shows on a line of its own', async () => {
      sample.start();
      await sample.logs(/ LOG \[Main\] .*: http:\S+\/loops$/m);
      const [, url = ''] = /: (http:\S+\/loops)$/m.exec(sample.output) ?? [];
      const page = await fetch(url);
      expect(page.url).toBe(`${url}/page`);
      expect(await page.text()).toContain('<title>Loops</title>');
    });

    it('pauses, triggers and resumes a loop', async () => {
      sample.start();
      await firstRun();
      await expect(act({ loop, action: 'pause', note: 'incident 42' })).resolves.toMatchObject({
        status: 200,
      });
      await sample.logs(`LOG [WaitModule] ${loop}: paused (incident 42)`);
      expect(await shown()).toMatchObject({ state: 'paused', paused: true, pauseReason: 'incident 42' });
      const { runs } = (await shown())!;
      await expect(act({ loop, action: 'trigger' })).resolves.toMatchObject({ status: 200 });
      await sample.runs(loop, runs + 1);
      await expect(act({ loop, action: 'resume' })).resolves.toMatchObject({ status: 200 });
      expect(await shown()).toMatchObject({ paused: false });
    });

    it('pauses, triggers, changes and resumes a loop from a shell', async () => {
      const steer = (
        what: string,
        request: Record<string, unknown>,
      ): Promise<{ status: number; body: unknown }> => sample.request(`/steer/${what}`, 'POST', request);
      sample.start();
      await firstRun();
      await expect(steer('pause', { loop, reason: 'incident 42' })).resolves.toMatchObject({
        status: 200,
        body: { name: loop, state: 'paused', paused: true, pauseReason: 'incident 42' },
      });
      await expect(steer('trigger', { loop })).resolves.toMatchObject({
        status: 200,
        body: { outcome: 'succeeded', startedAt: expect.any(String), duration: expect.any(Number) },
      });
      await expect(steer('update', { loop, options: { period: '1h' } })).resolves.toMatchObject({
        status: 200,
        body: { schedule: '1h between runs' },
      });
      await expect(steer('resume', { loop })).resolves.toMatchObject({
        status: 200,
        body: { paused: false },
      });
      await expect(steer('trigger', { loop: 'Nobody.knows' })).resolves.toMatchObject({
        status: 404,
        body: { message: "There is no loop 'Nobody.knows'. GET /loops/data lists all." },
      });
      await expect(steer('update', { loop, options: { workers: 2 } })).resolves.toMatchObject({
        status: 400,
        body: { message: expect.stringContaining('workers') },
      });
    });

    it('is told why a loop is not steered', async () => {
      sample.start();
      await expect(act({ loop: 'Nobody.knows', action: 'trigger' })).resolves.toMatchObject({
        status: 404,
        body: { message: expect.stringContaining('Nobody.knows') },
      });
      await expect(act({ loop })).resolves.toMatchObject({
        status: 400,
        body: { message: expect.stringContaining('action') },
      });
    });

    it('finds nobody let in when the sample listens on all addresses, except probes and metrics', async () => {
      sample.start({ HOST: '0.0.0.0' });
      await sample.logs('Listening on ');
      for (const path of ['/loops', '/loops/page', '/loops/app.js', '/loops/app.css', '/loops/data']) {
        await expect(sample.request(path)).resolves.toMatchObject({ status: 403 });
      }
      await expect(act({ loop, action: 'pause' })).resolves.toMatchObject({ status: 403 });
      for (const path of ['/steer/pause', '/trouble/fail']) {
        await expect(sample.request(path, 'POST', { loop })).resolves.toMatchObject({ status: 403 });
      }
      for (const path of ['/healthz', '/readyz', '/metrics']) {
        await expect(sample.request(path)).resolves.toMatchObject({ status: 200 });
      }
      expect(sample.output).not.toContain('Look at the loops');
    });

    it('sees the load balancer fail as TROUBLE says, and recover as POST /trouble/none says', async () => {
      sample.start({ TROUBLE: 'fail' });
      await sample.logs(`ERROR [${loop}] run 2 failed: the load balancer answered 503`);
      await sample.until(async () => (await shown())?.problem === 'failing', 'that the page shows it');
      const [first] = await sample.loops();
      expect(first).toMatchObject({
        name: loop,
        lastError: 'the load balancer answered 503 Service Unavailable',
        history: { outcomes: expect.stringMatching(/^f+$/) },
      });
      await expect(sample.request('/trouble/none', 'POST')).resolves.toEqual({
        status: 200,
        body: { trouble: 'none' },
      });
      await act({ loop, action: 'trigger' });
      await sample.logs(`LOG [WaitModule] ${loop}: succeeded after `);
      await sample.until(async () => (await shown())?.problem === undefined, 'that the page shows it');
    });

    it('sees a run hang as TROUBLE says', async () => {
      sample.start({ TROUBLE: 'hang' });
      await sample.until(async () => (await shown())?.problem === 'hung', 'that the page shows it');
      await expect(shown()).resolves.toMatchObject({ state: 'running', hung: true, runs: 1 });
    });

    it('is told which kinds of trouble there are', async () => {
      sample.start();
      const message = "TROUBLE must be none, fail, slow or hang, not 'big'.";
      await expect(sample.request('/trouble/big', 'POST')).resolves.toMatchObject({
        status: 400,
        body: { message },
      });
    });
  });
}
