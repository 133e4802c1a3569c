// An application with a loop of every kind, for tests that stop the process or change its clock.
import 'reflect-metadata';
import { writeSync } from 'node:fs';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { BackoffUntilService, LeaderElection, LoopRegistry, WaitModule, type LoopHandle } from 'nestjs-wait';
import { InMemoryLock } from 'nestjs-wait/leader-election';
import { rest } from '../application/work.js';
import type { LoopRecord, RunRecord } from './record.js';

@Module({
  imports: [
    WaitModule.forRoot({
      leaderElection: {
        lock: new InMemoryLock(),
        leaseDuration: '3s',
        renewDeadline: '2s',
        retryPeriod: 500,
      },
    }),
  ],
})
class AppModule {}

const app = await NestFactory.createApplicationContext(AppModule, { logger: false });
app.enableShutdownHooks(['SIGTERM']); // SIGUSR2 asks for a report here
const service = app.get(BackoffUntilService);
const election = app.get(LeaderElection);
const records: (LoopRecord & { readonly handle: LoopHandle })[] = [];

/** Starts a loop, and keeps when its runs begin and end. */
function watch(
  name: string,
  shortest: number,
  isSliding: boolean,
  begin: (f: (signal: AbortSignal) => unknown) => LoopHandle,
  work: (signal: AbortSignal) => unknown = () => undefined,
): void {
  const runs: LoopRecord['runs'] = [];
  const handle = begin(async (signal) => {
    const last = runs.at(-1);
    if (last !== undefined) {
      last.told = handle.info().lastDuration;
    }
    const run: RunRecord = {
      began: performance.now(),
      ended: null,
      failed: false,
      token: election.fencingToken(),
    };
    runs.push(run);
    try {
      await work(signal);
    } catch (error) {
      run.failed = true;
      throw error;
    } finally {
      run.ended = performance.now();
    }
  });
  records.push({ name, shortest, isSliding, runs, handle });
}

watch('until', 200, true, (f) => service.until(f, { name: 'until', period: 200 }));
watch('grid', 400, false, (f) => service.nonSlidingUntil(f, { name: 'grid', period: 400 }));
watch('jitter', 150, true, (f) => service.jitterUntil(f, { name: 'jitter', period: 150, jitter: 1 }));
watch('backoff', 100, true, (f) =>
  service.backoffUntil(f, { name: 'backoff', initial: 100, max: 300, jitter: 0 }),
);
watch('forever', 250, true, (f) => service.forever(f, { name: 'forever', period: 250 }));
// Some of them are due before the election is, when this process goes on.
for (const period of [20, 50, 150, 400, 1000]) {
  const name = `leader ${period}`;
  watch(name, period, true, (f) => service.until(f, { name, period, leaderOnly: true }));
}
watch(
  'failing',
  100,
  true,
  (f) => service.until(f, { name: 'failing', period: 100, failureBackoff: { initial: 200, max: 400 } }),
  () => {
    throw new Error('boom');
  },
);
// It is always in a run, of which the timeout makes an end.
watch(
  'slow',
  50,
  true,
  (f) => service.until(f, { name: 'slow', period: 50, timeout: 1000 }),
  (signal) => rest(60_000, signal),
);
// It is paused and resumed in its waits, so that it plans them again and again.
watch('steered', 400, true, (f) => {
  const handle = service.until(f, { name: 'steered', period: 400 });
  setInterval(() => {
    void handle.pause();
    handle.resume();
  }, 150).unref();
  return handle;
});

const told = (): unknown =>
  records.map(({ handle, ...record }) => {
    const { runs, failures, timeouts, state, lastStart, nextStart } = handle.info();
    return { ...record, info: { runs, failures, timeouts, state, lastStart, nextStart } };
  });

writeSync(1, `STARTED {}\n`);
let reports = 0;
process.on('SIGUSR2', () => {
  const report = {
    now: performance.now(),
    wall: Date.now(),
    listed: app.get(LoopRegistry).list().length,
    records: told(),
  };
  writeSync(1, `REPORT${'ABCDEF'.charAt(reports++)} ${JSON.stringify(report)}\n`);
});
