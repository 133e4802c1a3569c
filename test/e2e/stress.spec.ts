import { getEventListeners } from 'node:events';
import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Until } from 'nestjs-wait';
import { boot } from '../support/boot.js';

const loop = fc.record({
  period: fc.integer({ min: 0, max: 5000 }),
  jitter: fc.constantFrom(0, 0.5, 2),
  sliding: fc.boolean(),
  duration: fc.integer({ min: 10, max: 3000 }),
  outcome: fc.constantFrom('returns', 'throws', 'rejects'),
  ownStop: fc.option(fc.integer({ min: 0, max: 5000 })),
});

it('drains 1,000 loops of any kind that are stopped at any time: none runs after the stop, none overlaps itself', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(loop, { minLength: 1000, maxLength: 1000 }),
      fc.integer({ min: 0, max: 3000 }),
      async (loops, stopAt) => {
        const { service, registry, clock, app } = await boot({}, { shutdownTimeout: 0 });
        const signals: AbortController[] = [];
        let isStopped = false;
        let lateRuns = 0;
        let overlaps = 0;
        let runs = 0;
        const handles = loops.map(({ period, jitter, sliding, duration, outcome, ownStop }, index) => {
          const ctx = new AbortController();
          signals.push(ctx);
          let isRunning = false;
          const f = (): unknown => {
            runs++;
            lateRuns += Number(isStopped || ctx.signal.aborted);
            overlaps += Number(isRunning);
            if (outcome === 'throws' && period > 0) {
              throw new Error('boom');
            }
            isRunning = true;
            return clock.sleep(duration).then(() => {
              isRunning = false;
              if (outcome === 'rejects') {
                throw new Error('boom');
              }
            });
          };
          if (ownStop !== null) {
            void clock.sleep(ownStop).then(() => ctx.abort());
          }
          return service.jitterUntilWithContext(ctx.signal, f, {
            name: `loop ${index}`,
            period,
            jitter,
            sliding,
          });
        });
        service.until(
          (signal) =>
            new Promise<void>((resolve) => {
              const stopped = (): void => {
                isStopped = true;
                resolve();
              };
              signal.addEventListener('abort', stopped, { once: true });
            }),
          { name: 'sees the stop', period: 0 },
        );
        await clock.advance(stopAt);
        const closed = app.close();
        await clock.advance(10_000);
        await closed;
        await Promise.all(handles.map(({ done }) => done));
        expect({ lateRuns, overlaps, left: registry.list(), timers: clock.armedTimers }).toEqual({
          lateRuns: 0,
          overlaps: 0,
          left: [],
          timers: 0,
        });
        expect(isStopped).toBe(true);
        expect(runs).toBeGreaterThanOrEqual(1000);
        expect(signals.flatMap(({ signal }) => getEventListeners(signal, 'abort'))).toEqual([]);
      },
    ),
    { numRuns: 2, seed: 20260101 },
  );
}, 120_000);

it('runs as many workers as there may be, decorated and started at run time', async () => {
  const workers = 100_000;
  let runs = 0;
  class Job {
    @Until({ period: '1h', workers })
    tick(): void {
      runs++;
    }
  }
  const { service, clock, close } = await boot({ providers: [Job] });
  expect(runs).toBe(workers);

  service.until(() => runs++, { name: 'at run time', period: '1h', workers });
  await clock.advance(0);
  expect(runs).toBe(2 * workers);
  await close();
}, 120_000);
