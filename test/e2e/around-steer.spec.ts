import { describe, expect, it } from '@jest/globals';
import type { AroundRun, LoopHandle, RunResult } from 'nestjs-wait';
import { boot } from '../support/boot.js';
import { EventLines } from '../support/event-lines.js';

interface Row {
  readonly title: string;
  readonly act: (handle: LoopHandle) => void;
  readonly want: readonly string[];
}

const once = ['0 job: started', '0 job: run-started (1, schedule)'];

/** What the function does before the run, or after it, which gives the same. */
const rows: readonly Row[] = [
  {
    title: 'pauses it',
    act: (handle) => void handle.pause('enough'),
    want: [...once, '0 job: paused (enough)', '1 job: run-ended (1, succeeded)'],
  },
  {
    title: 'pauses and resumes it',
    act: (handle) => {
      void handle.pause();
      handle.resume();
    },
    want: [
      ...once,
      '0 job: paused',
      '0 job: resumed',
      '1 job: run-ended (1, succeeded)',
      '11 job: run-started (2, schedule)',
      '12 job: run-ended (2, succeeded)',
    ],
  },
  {
    title: 'stops it',
    act: (handle) => void handle.stop(),
    want: [...once, '1 job: run-ended (1, succeeded)', '1 job: stopped'],
  },
  {
    title: 'triggers it',
    act: (handle) => void handle.trigger(),
    want: [
      ...once,
      '1 job: run-ended (1, succeeded)',
      '1 job: run-started (2, trigger)',
      '2 job: run-ended (2, succeeded)',
      '12 job: run-started (3, schedule)',
      '13 job: run-ended (3, succeeded)',
    ],
  },
  {
    title: 'updates it',
    act: (handle) => handle.update({ period: '5s' }),
    want: [
      ...once,
      '0 job: updated',
      '1 job: run-ended (1, succeeded)',
      '6 job: run-started (2, schedule)',
      '7 job: run-ended (2, succeeded)',
      '12 job: run-started (3, schedule)',
      '13 job: run-ended (3, succeeded)',
    ],
  },
];

describe.each(['before', 'after'])('an around function that steers its loop %s next()', (when) => {
  it.each(rows)('$title', async ({ act, want }) => {
    let isFirst = true;
    const around: AroundRun = async (run, next) => {
      const steer = (): void => {
        if (isFirst) {
          isFirst = false;
          act(registry.get(run.loop)!);
        }
      };
      if (when === 'before') {
        steer();
      }
      await next();
      if (when === 'after') {
        steer();
      }
    };
    const booted = await boot({}, { around: [around] });
    const { clock, registry, service } = booted;
    const heard = EventLines.of(booted);
    service.until(() => clock.sleep(1000), { name: 'job', period: '10s' });
    await clock.advance(14_000);
    // What is heard after the run is heard at its end, before the run has ended.
    const steered = want.filter((line) => /^0 job: (?:paused|resumed|updated)/.test(line));
    const others = want.filter((line) => !steered.includes(line));
    const late = steered.map((line) => line.replace(/^0/, '1'));
    expect(heard.lines).toEqual(
      when === 'before' ? want : [...others.slice(0, 2), ...late, ...others.slice(2)],
    );
  });
});

it('an around function may answer a trigger of its own loop that waits for a later run', async () => {
  const results: RunResult[] = [];
  const around: AroundRun = async (run, next) => {
    if (run.number === 1) {
      void registry
        .get(run.loop)!
        .trigger()
        .then((result) => results.push(result));
    } else if (run.number === 2) {
      return; // it is skipped
    }
    await next();
  };
  const { clock, registry, service } = await boot({}, { around: [around] });
  service.until(() => {}, { name: 'job', period: '1h' });
  await clock.advance(1000);
  expect(results).toEqual([expect.objectContaining({ run: 2, outcome: 'skipped', duration: 0 })]);
  expect(results[0]).not.toHaveProperty('error');
});

it('an around function that skips each run of one loop leaves the others alone', async () => {
  const guard: AroundRun = (run, next) => (run.loop === 'guarded' ? undefined : next());
  const booted = await boot({}, { around: [guard] });
  const ran: string[] = [];
  for (const name of ['guarded', 'free']) {
    booted.service.until(() => void ran.push(name), { name, period: '10s' });
  }
  await booted.clock.advance(20_000);
  expect(ran).toEqual(['free', 'free', 'free']);
  expect(booted.registry.get('guarded')?.info()).toMatchObject({
    runs: 3,
    skips: 3,
    failures: 0,
    lastOutcome: 'skipped',
  });
  expect(booted.registry.get('guarded')?.info().lastSuccess).toBeUndefined();
});
