import { describe, expect, it } from '@jest/globals';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { Until, type LoopFunction } from 'nestjs-wait';
import { bootPage, type PageBooted } from '../support/page-data.js';
import { StolenLease } from '../support/stolen-lease.js';

const boom = new Error('boom');

function historyOf({ data, source }: PageBooted, name: string): unknown {
  source.forget();
  return data().loops.find((loop) => loop.name === name)?.history;
}

/** A run that lasts until it is told to end, and throws why. */
const obedient: LoopFunction = (signal) =>
  new Promise((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error));
  });

describe('the history of a loop', () => {
  it('is empty before the first run has ended', async () => {
    const booted = await bootPage();
    booted.service.until(() => booted.clock.sleep(5000), { name: 'job', period: '1h' });
    await booted.clock.advance(0);
    expect(historyOf(booted, 'job')).toEqual({ outcomes: '', durations: [] });
    expect(booted.data({ loop: 'job' }).detail?.runs).toEqual([]);
  });

  it('has a letter and a duration for each run, the oldest first, and all that is known in the detail', async () => {
    const booted = await bootPage();
    const { service, clock, data } = booted;
    const began = clock.wallNow();
    let run = 0;
    const work = async (): Promise<void> => {
      run++;
      await clock.sleep(run * 100.04);
      if (run === 2) {
        throw boom;
      }
    };
    service.nonSlidingUntil(work, { name: 'job', period: '10s' });
    await clock.advance(29_000);
    expect(historyOf(booted, 'job')).toEqual({ outcomes: 'sfs', durations: [100, 200.1, 300.1] });
    const at = (time: number): string => new Date(began + time).toISOString();
    expect(data({ loop: 'job' }).detail?.runs).toEqual([
      { run: 3, startedAt: at(20_000), duration: 300.1, outcome: 'succeeded' },
      { run: 2, startedAt: at(10_000), duration: 200.1, outcome: 'failed' },
      { run: 1, startedAt: at(0), duration: 100, outcome: 'succeeded' },
    ]);
  });

  it('tells runs that timed out, were aborted or skipped from those that failed', async () => {
    let isSkipping = true;
    const booted = await bootPage({}, { around: [(_run, next) => (isSkipping ? undefined : next())] });
    const { service, clock, data } = booted;
    const handle = service.until(obedient, { name: 'job', period: '1s', timeout: '5s', workers: 2 });
    await clock.advance(0);
    isSkipping = false;
    await clock.advance(7000);
    expect(historyOf(booted, 'job#0')).toEqual({ outcomes: 'kt', durations: [0, 5000] });
    const outcomes = data({ loop: 'job#0' }).detail?.runs.map(({ outcome }) => outcome);
    expect(outcomes).toEqual(['timedOut', 'skipped']);
    void handle.stop();
    await clock.advance(0);
    expect(booted.registry.get('job')).toBeUndefined();
  });

  it('tells a run that was aborted, also in a decorated loop that has stopped', async () => {
    class Outbox {
      @Until('1s')
      flush(signal: AbortSignal): unknown {
        return obedient(signal);
      }
    }
    const booted = await bootPage({ providers: [Outbox] });
    void booted.registry.get('Outbox.flush')!.stop();
    await booted.clock.advance(0);
    expect(historyOf(booted, 'Outbox.flush')).toEqual({ outcomes: 'a', durations: [0] });
  });

  it.each([1, 3, 30, 100])(
    'lists the last %d runs, if so many are asked for, and draws 30 of them at most',
    async (history) => {
      const booted = await bootPage({}, {}, { history });
      const { service, clock, data } = booted;
      let run = 0;
      service.until(() => clock.sleep(++run), { name: 'job', period: '1s' });
      await clock.advance(44_500);
      const kept = Math.min(history, run);
      const runs = Array.from({ length: kept }, (_, index) => run - kept + 1 + index);
      const drawn = runs.slice(-30);
      expect(run).toBe(44);
      expect(historyOf(booted, 'job')).toEqual({ outcomes: 's'.repeat(drawn.length), durations: drawn });
      expect(data({ loop: 'job' }).detail?.runs.map((each) => each.run)).toEqual(runs.toReversed());
    },
  );

  it('goes on in the next term of a leader-only loop, and after an update', async () => {
    const lease = new StolenLease();
    const booted = await bootPage({}, lease.options);
    const handle = booted.service.until(() => {}, { name: 'job', period: '1h', leaderOnly: true });
    await booted.clock.advance(0);
    handle.update({ period: '2h' });
    await lease.take(booted);
    await lease.giveBack(booted);
    expect(historyOf(booted, 'job')).toEqual({ outcomes: 'ss', durations: [0, 0] });
  });

  it('is a new one for a loop that takes the name of one that has ended', async () => {
    const booted = await bootPage();
    const { service, clock } = booted;
    const handle = service.until(() => Promise.reject(boom), { name: 'job', period: '1s' });
    await clock.advance(2000);
    await handle.stop();
    service.until(() => {}, { name: 'job', period: '1s' });
    expect(historyOf(booted, 'job')).toEqual({ outcomes: '', durations: [] });
    await clock.advance(0);
    expect(historyOf(booted, 'job')).toEqual({ outcomes: 's', durations: [0] });
  });

  it('leaves nothing of 10,000 loops that have ended', async () => {
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    const { service, clock } = await bootPage({}, {}, { history: 100 });
    const bytes = (): number => {
      collect();
      collect(); // the first one may leave the sweeping to another thread
      return process.memoryUsage().arrayBuffers;
    };
    const before = bytes();
    for (let number = 0; number < 10_000; number += 100) {
      const handles = Array.from({ length: 100 }, (_, index) =>
        service.until(() => {}, { name: `job ${number + index}`, period: '1h' }),
      );
      // oxlint-disable-next-line no-await-in-loop -- one batch after the other
      await clock.advance(0);
      // oxlint-disable-next-line no-await-in-loop -- as above
      await Promise.all(handles.map((handle) => handle.stop()));
    }
    expect(bytes() - before).toBeLessThan(1_000_000); // all of them have had 17 MB
  });
});
