import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { LoopInfo } from 'nestjs-wait';
import { SampleProcess } from './sample-process.js';

/** Steers the sample application over HTTP, after it has been built. */
export function describeSteering(): void {
  describe('an operator of the sample application', () => {
    const loop = 'LoadBalancerSync.sync';
    let sample: SampleProcess;

    beforeEach(async () => {
      sample = await SampleProcess.create();
    });
    afterEach(() => sample?.dispose());

    const steer = (
      what: string,
      request: Record<string, unknown>,
    ): Promise<{ status: number; body: unknown }> => sample.request(`/steer/${what}`, 'POST', request);

    it('pauses, triggers, changes and resumes a loop', async () => {
      sample.start();
      await sample.until(async () => {
        const { body } = await sample.request('/loops');
        return (body as LoopInfo[]).some(({ name, state }) => name === loop && state === 'waiting');
      }, 'the end of the first run');
      await expect(steer('pause', { loop, reason: 'incident 42' })).resolves.toMatchObject({
        status: 200,
        body: { name: loop, state: 'paused', paused: true, pauseReason: 'incident 42' },
      });
      await sample.logs(`LOG [WaitModule] ${loop}: paused (incident 42)`);
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
    });

    it('is told why a loop is not steered', async () => {
      sample.start();
      await expect(steer('trigger', { loop: 'Nobody.knows' })).resolves.toMatchObject({
        status: 404,
        body: { message: "There is no loop 'Nobody.knows'. GET /loops lists all." },
      });
      await expect(steer('update', { loop, options: { workers: 2 } })).resolves.toMatchObject({
        status: 400,
        body: { message: expect.stringContaining('workers') },
      });
      await expect(sample.request('/steer/resume', 'POST')).resolves.toMatchObject({ status: 400 });
    });

    it('sees the load balancer fail as TROUBLE says, and recover as POST /trouble/none says', async () => {
      sample.start({ TROUBLE: 'fail' });
      await sample.logs(`ERROR [${loop}] run 2 failed: the load balancer answered 503`);
      await expect(steer('trigger', { loop })).resolves.toMatchObject({
        status: 200,
        body: {
          outcome: 'failed',
          error: { message: 'the load balancer answered 503 Service Unavailable' },
        },
      });
      await expect(sample.request('/trouble/none', 'POST')).resolves.toEqual({
        status: 200,
        body: { trouble: 'none' },
      });
      await steer('trigger', { loop });
      await sample.logs(`LOG [WaitModule] ${loop}: succeeded after `);
    });

    it('is told which kinds of trouble there are', async () => {
      sample.start();
      const message = "TROUBLE must be none, fail, slow or hang, not 'big'.";
      await expect(sample.request('/trouble/big', 'POST')).resolves.toMatchObject({
        status: 400,
        body: { message },
      });
      await sample.stop('SIGTERM');
      sample.start({ TROUBLE: 'big' });
      await expect(sample.exited()).resolves.toEqual([1, null]);
      expect(sample.output).toContain(message);
    });
  });
}
