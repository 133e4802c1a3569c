import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { promtool } from '../support/promtool.js';
import { SampleProcess } from './sample-process.js';

/** Asks the sample application for its health over HTTP, after it has been built. */
export function describeHealth(): void {
  describe('a probe of the sample application', () => {
    const loop = 'LoadBalancerSync.sync';
    let sample: SampleProcess;

    beforeEach(async () => {
      sample = await SampleProcess.create();
    });
    afterEach(() => sample?.dispose());

    const status = async (path: string): Promise<number> => (await sample.request(path)).status;
    const turns = (path: string, want: number): Promise<void> =>
      sample.until(async () => (await status(path)) === want, `${path} answers ${want}`);
    const unwell = (problems: Record<string, unknown>): object => ({
      status: 503,
      body: { status: 'error', error: { loops: { status: 'down', loops: problems } } },
    });

    it('finds it live and ready while all is well', async () => {
      sample.start();
      await sample.runs('LogFlush.flush', 3);
      const details = { loops: { status: 'up' } };
      const up = { status: 200, body: { status: 'ok', info: details, error: {}, details } };
      await expect(sample.request('/healthz')).resolves.toEqual(up);
      await expect(sample.request('/readyz')).resolves.toEqual(up);
    });

    it('is told the figures of every loop, in a text that Prometheus finds no fault with', async () => {
      sample.start();
      await sample.runs('LogFlush.flush', 3);
      const { status: answer, body } = await sample.request('/metrics');
      expect(answer).toBe(200);
      const loops = (body as string).matchAll(/^nestjs_wait_run_active\{loop="(.+)"\}/gm);
      expect(Array.from(loops, ([, name]) => String(name)).toSorted()).toEqual([
        'Census.take',
        'Finalizer.work',
        'LoadBalancerSync.sync',
        'LogFlush.flush',
        'Reflector.listAndWatch',
        'RouteReconciler.reconcile',
        '_dynamic',
      ]);
      expect(body).toMatch(/^leader_election_master_status\{name="census"\} [01]$/m);
      expect(promtool(['check', 'metrics'], body as string)).toEqual({ isGood: true, output: '' });
    });

    it('finds it stuck while a run hangs, says which, and finds it well after that', async () => {
      sample.start({ TROUBLE: 'hang' });
      await sample.logs('Listening');
      expect(await status('/healthz')).toBe(200); // it is not known yet
      await turns('/healthz', 503);
      const hung = {
        problem: 'hung',
        run: 1,
        since: expect.any(String),
        runningFor: expect.stringMatching(/^\d+s$/),
        hungAfter: '10s',
      };
      await expect(sample.request('/healthz')).resolves.toMatchObject(unwell({ [loop]: hung }));
      await expect(sample.request('/readyz')).resolves.toMatchObject(unwell({ [loop]: hung }));
      const { body: metrics } = await sample.request('/metrics');
      expect(metrics).toMatch(
        /^nestjs_wait_run_longest_active_seconds\{loop="LoadBalancerSync\.sync"\} [1-9]\d\b/m,
      );
      await sample.request('/trouble/none', 'POST');
      await turns('/healthz', 200);
      expect(await status('/readyz')).toBe(200);
      expect(sample.output).not.toMatch(/Health Check/i); // the log of the loops has said it
    });

    it('finds it live but not ready while the load balancer fails, says so, and finds it ready after that', async () => {
      sample.start({ TROUBLE: 'fail' });
      await turns('/readyz', 503);
      const failing = {
        problem: 'failing',
        consecutiveFailures: expect.any(Number),
        maxConsecutiveFailures: 3,
        lastFailure: expect.any(String),
      };
      await expect(sample.request('/readyz')).resolves.toMatchObject(unwell({ [loop]: failing }));
      await expect(sample.request('/healthz')).resolves.toMatchObject({ status: 200 });
      const { body: metrics } = await sample.request('/metrics');
      expect(metrics).toMatch(
        /^nestjs_wait_runs_total\{loop="LoadBalancerSync\.sync",outcome="failed"\} [3-9]$/m,
      );
      expect(metrics).toMatch(
        /^nestjs_wait_loop_consecutive_failures\{loop="LoadBalancerSync\.sync"\} [3-9]$/m,
      );
      await sample.request('/trouble/none', 'POST');
      await turns('/readyz', 200);
    });

    it('finds it live but not ready while the log cannot be written', async () => {
      await mkdir(join(sample.state, 'manager.log'), { recursive: true }); // a folder where the file should be
      sample.start();
      await turns('/readyz', 503);
      await sample.logs(/ERROR \[LogFlush\.flush\] run 1 failed: /);
      await expect(sample.request('/readyz')).resolves.toMatchObject(
        unwell({ 'LogFlush.flush': { problem: 'failing' } }),
      );
      expect(await status('/healthz')).toBe(200);
      await sample.stop('SIGTERM');
      expect(sample.output.trim().split('\n').at(-1)).toMatch(/ERROR \[LogFlush\] They are not: EISDIR/);
    });
  });
}
