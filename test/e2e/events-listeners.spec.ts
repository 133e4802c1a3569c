import { AsyncLocalStorage } from 'node:async_hooks';
import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { Injectable } from '@nestjs/common';
import {
  LoopRegistry,
  Until,
  WaitModule,
  type LoopEvent,
  type LoopHandle,
  type RunResult,
  type Unsubscribe,
} from 'nestjs-wait';
import { ManagedLoop } from '../../src/nest/run/managed-loop.js';
import { boot, compile, type Booted } from '../support/boot.js';
import { countMade } from '../support/count-made.js';
import { EventLines } from '../support/event-lines.js';

afterEach(() => {
  jest.restoreAllMocks();
});

/** Starts a loop whose runs take a second. */
function startJob({ service, clock }: Booted): LoopHandle {
  return service.until(() => clock.sleep(1000), { name: 'job', period: '10s' });
}

describe('listeners', () => {
  it('all hear every event, in the order in which they came', async () => {
    const booted = await boot({});
    const trace: string[] = [];
    booted.registry.onLoopEvent(({ type }) => trace.push(`first: ${type}`));
    booted.registry.onLoopEvent(({ type }) => trace.push(`second: ${type}`));
    startJob(booted);
    await booted.clock.advance(1000);
    expect(trace).toEqual([
      'first: started',
      'second: started',
      'first: run-started',
      'second: run-started',
      'first: run-ended',
      'second: run-ended',
    ]);
  });

  it('all get the same event', async () => {
    const booted = await boot({});
    const first: LoopEvent[] = [];
    const second: LoopEvent[] = [];
    booted.registry.onLoopEvent((event) => first.push(event));
    booted.registry.onLoopEvent((event) => second.push(event));
    startJob(booted);
    await booted.clock.advance(1000);
    expect(first).toHaveLength(3);
    expect(second.map((event, index) => event === first[index])).toEqual([true, true, true]);
  });

  it('hear nothing after they have unsubscribed, also twice, and the others go on', async () => {
    const booted = await boot({});
    const left = new EventLines(booted.clock);
    const unsubscribe = booted.registry.onLoopEvent(left.hear);
    const stays = EventLines.of(booted);
    startJob(booted);
    await booted.clock.advance(500);
    unsubscribe();
    unsubscribe();
    await booted.clock.advance(11_000);
    expect(left.lines).toEqual(['0 job: started', '0 job: run-started (1, schedule)']);
    expect(stays.lines.slice(2)).toEqual([
      '1 job: run-ended (1, succeeded)',
      '11 job: run-started (2, schedule)',
    ]);
  });

  it('may unsubscribe in an event: the others hear that event too', async () => {
    const booted = await boot({});
    const once: string[] = [];
    const before = EventLines.of(booted);
    const unsubscribe: Unsubscribe = booted.registry.onLoopEvent(({ type }) => {
      once.push(type);
      unsubscribe();
    });
    const after = EventLines.of(booted);
    startJob(booted);
    await booted.clock.advance(1000);
    expect(once).toEqual(['started']);
    expect(before.lines).toHaveLength(3);
    expect(after.lines).toEqual(before.lines);
  });

  it('hear nothing of an event in which another one has removed them', async () => {
    const booted = await boot({});
    const heard: string[] = [];
    const remove: Unsubscribe[] = [];
    booted.registry.onLoopEvent(() => remove.forEach((each) => each()));
    remove.push(booted.registry.onLoopEvent(({ type }) => heard.push(type)));
    startJob(booted);
    await booted.clock.advance(1000);
    expect(heard).toEqual([]);
  });

  it('that subscribe in an event hear the next ones', async () => {
    const booted = await boot({});
    const types: string[] = [];
    const unsubscribe: Unsubscribe = booted.registry.onLoopEvent(() => {
      unsubscribe();
      booted.registry.onLoopEvent(({ type }) => types.push(type));
    });
    startJob(booted);
    await booted.clock.advance(1000);
    expect(types).toEqual(['run-started', 'run-ended']);
  });

  it('that subscribe in the middle of a run hear of its end, with the whole result', async () => {
    const booted = await boot({});
    const { clock, registry } = booted;
    const startedAt = new Date(clock.wallNow());
    startJob(booted);
    await clock.advance(500);
    const results: RunResult[] = [];
    registry.onLoopEvent((event) => {
      expect(event.type).toBe('run-ended');
      if (event.type === 'run-ended') {
        results.push(event.result);
      }
    });
    await clock.advance(1000);
    expect(results).toEqual([{ run: 1, outcome: 'succeeded', startedAt, duration: 1000 }]);
  });

  it('that subscribe in the middle of a run hear what there is to know of it when it is hung', async () => {
    const booted = await boot({});
    const { clock, service, registry } = booted;
    let run = 0;
    const signals: AbortSignal[] = [];
    const options = { name: 'job', period: '10s', hungAfter: '30s' };
    const handle = service.nonSlidingUntil((signal) => {
      signals.push(signal);
      return clock.sleep(++run === 1 ? 17_000 : 60_000);
    }, options);
    await clock.advance(20_000); // the second run began at 17, seven seconds late
    const events: LoopEvent[] = [];
    registry.onLoopEvent((event) => events.push(event));
    await clock.advance(30_000);
    expect(events).toEqual([
      {
        type: 'hung',
        loop: 'job',
        at: expect.any(Date),
        run: {
          loop: 'job',
          kind: 'NonSlidingUntil',
          number: 2,
          signal: expect.any(AbortSignal),
          lateness: 7000,
          cause: 'schedule',
        },
      },
    ]);
    const [hung] = events;
    expect(hung?.type === 'hung' && hung.run.signal === signals[1]).toBe(true);
    void handle.stop();
    expect(hung?.type === 'hung' && hung.run.signal.aborted).toBe(true);
  });

  it('get a signal that aborts, also if the work has taken none', async () => {
    const booted = await boot({});
    const { clock, registry } = booted;
    const signals: AbortSignal[] = [];
    registry.onLoopEvent((event) => {
      if (event.type === 'run-started') {
        signals.push(event.run.signal);
      }
    });
    const handle = startJob(booted);
    await clock.advance(10_500);
    await clock.advance(1000);
    void handle.stop();
    expect(signals.map(({ aborted }) => aborted)).toEqual([false, true]);
  });

  it('are called in the context of the loop, whoever pauses it', async () => {
    const context = new AsyncLocalStorage<string>();
    const booted = await boot({});
    const seen: unknown[] = [];
    booted.registry.onLoopEvent(({ type }) => {
      if (type.startsWith('run-')) {
        seen.push(context.getStore());
      }
    });
    const handle = context.run('start', () => startJob(booted));
    await booted.clock.advance(1000);
    await context.run('request', async () => {
      void handle.trigger();
      await booted.clock.advance(1000);
    });
    expect(seen).toEqual(['start', 'start', 'start', 'start']);
  });
});

describe('a listener that fails', () => {
  const boom = new Error('tracker is down');

  it.each<[what: string, fail: () => unknown]>([
    [
      'throws',
      () => {
        throw boom;
      },
    ],
    ['rejects', () => Promise.reject(boom)],
  ])('because it %s ends nothing, and is logged, but not once a run', async (_what, fail) => {
    const booted = await boot({});
    const { clock, logger, registry } = booted;
    let calls = 0;
    registry.onLoopEvent(function tracker() {
      calls++;
      return fail();
    });
    const heard = EventLines.of(booted);
    const handle = booted.service.until(() => {}, { name: 'job', period: 100 });
    await clock.advance(50_000);
    expect(handle.info()).toMatchObject({ runs: 501, failures: 0, state: 'waiting' });
    expect(calls).toBe(1003);
    expect(heard.lines).toHaveLength(1003);
    const errors = logger.lines.filter(({ level }) => level === 'error' || level === 'warn');
    expect(errors.length).toBeGreaterThan(0);
    expect(errors.length).toBeLessThan(10);
    expect(errors[0]?.message).toContain('tracker is down');
    expect(errors[0]?.message).toContain('tracker');
    const atFirst = errors.length;
    await clock.advance(600_000);
    const later = logger.lines.filter(({ level }) => level === 'error' || level === 'warn').length - atFirst;
    expect(later).toBeLessThan(25); // a line a minute, or fewer
    await handle.stop();
    expect(handle.info().state).toBe('stopped');
  });

  it('does not hide the failures of another one', async () => {
    const { clock, logger, registry, service } = await boot({});
    for (const name of ['first', 'second']) {
      registry.onLoopEvent(() => {
        throw new Error(name);
      });
    }
    service.until(() => {}, { name: 'job', period: 100 });
    await clock.advance(50_000);
    const errors = logger.messages('error').map((line) => /: (first|second)\b/.exec(line)?.[1]);
    expect(errors.filter((name) => name === 'first')).toHaveLength(3);
    expect(errors.filter((name) => name === 'second')).toHaveLength(3);
  });

  it('with nothing, or with something that is no error, is logged too', async () => {
    const booted = await boot({});
    const { clock, logger, registry } = booted;
    // oxlint-disable-next-line typescript/no-misused-promises -- what this is about
    registry.onLoopEvent(() => Promise.reject());
    registry.onLoopEvent(() => {
      // oxlint-disable-next-line typescript/only-throw-error -- what this is about
      throw 'odd';
    });
    startJob(booted);
    await clock.advance(60_000);
    expect(logger.messages('error').concat(logger.messages('warn')).join('\n')).toContain('odd');
  });

  it('when the loop is paused, updated, resumed or stopped, does not fail that call', async () => {
    const booted = await boot({});
    const { clock, registry } = booted;
    const handle = startJob(booted);
    await clock.advance(2000);
    registry.onLoopEvent(() => {
      throw boom;
    });
    await handle.pause();
    handle.update({ period: '20s' });
    handle.resume();
    await clock.advance(30_000);
    await handle.stop();
    await expect(handle.done).resolves.toBeUndefined();
    expect(handle.info()).toMatchObject({ runs: 2, state: 'stopped' });
  });

  it('hears of a crash, whose error is only a summary in JSON', async () => {
    const { clock, registry, service } = await boot({}, { reallyCrash: true });
    const events: LoopEvent[] = [];
    registry.onLoopEvent((event) => events.push(event));
    const secret = Object.assign(new Error('refused'), { authorization: 'Bearer abc' });
    const handle = service.until(() => Promise.reject(secret), { name: 'job', period: 100 });
    await expect(handle.done).rejects.toBe(secret);
    await clock.advance(0);
    expect(events.at(-1)).toMatchObject({ type: 'stopped', error: secret });
    expect(events.map(({ type }) => type)).toEqual(['started', 'run-started', 'run-ended', 'stopped']);
    expect(JSON.stringify(events)).not.toContain('Bearer');
  });

  it('does not keep a crash from ending its loop, with the error of the crash', async () => {
    const crash = new Error('crash');
    const { clock, registry, service } = await boot({}, { reallyCrash: true });
    registry.onLoopEvent(() => {
      throw boom;
    });
    const handle = service.until(() => Promise.reject(crash), { name: 'job', period: '10s' });
    const ended = expect(handle.done).rejects.toBe(crash);
    await clock.advance(1000);
    await ended;
  });

  it('leaves no unhandled rejection', async () => {
    const booted = await boot({});
    // oxlint-disable-next-line typescript/no-misused-promises -- what this is about
    booted.registry.onLoopEvent(async () => {
      await Promise.resolve();
      throw boom;
    });
    startJob(booted);
    await booted.clock.advance(1000);
    await new Promise((resolve) => setImmediate(resolve)); // Node reports it then, and jest fails the test
    expect(booted.registry.get('job')?.info().runs).toBe(1);
  });
});

describe('a listener that steers the loop it hears of', () => {
  interface Row {
    readonly title: string;
    readonly on: string;
    readonly act: (handle: LoopHandle) => void;
    readonly want: readonly string[];
  }

  const rows: readonly Row[] = [
    {
      title: 'pauses it as it starts',
      on: 'started',
      act: (handle) => void handle.pause('not yet'),
      want: ['0 job: started', '0 job: paused (not yet)'],
    },
    {
      title: 'stops it as it starts',
      on: 'started',
      act: (handle) => void handle.stop(),
      want: ['0 job: started', '0 job: stopped'],
    },
    {
      title: 'triggers it as it starts',
      on: 'started',
      act: (handle) => void handle.trigger(),
      want: [
        '0 job: started',
        '0 job: run-started (1, trigger)',
        '1 job: run-ended (1, succeeded)',
        '11 job: run-started (2, schedule)',
        '12 job: run-ended (2, succeeded)',
      ],
    },
    {
      title: 'pauses it as a run begins',
      on: 'run-started',
      act: (handle) => void handle.pause('enough'),
      want: [
        '0 job: started',
        '0 job: run-started (1, schedule)',
        '0 job: paused (enough)',
        '1 job: run-ended (1, succeeded)',
      ],
    },
    {
      title: 'stops it as a run begins',
      on: 'run-started',
      act: (handle) => void handle.stop(),
      want: [
        '0 job: started',
        '0 job: run-started (1, schedule)',
        '1 job: run-ended (1, succeeded)',
        '1 job: stopped',
      ],
    },
    {
      title: 'triggers it as a run begins',
      on: 'run-started',
      act: (handle) => void handle.trigger(),
      want: [
        '0 job: started',
        '0 job: run-started (1, schedule)',
        '1 job: run-ended (1, succeeded)',
        '1 job: run-started (2, trigger)',
        '2 job: run-ended (2, succeeded)',
        '12 job: run-started (3, schedule)',
        '13 job: run-ended (3, succeeded)',
      ],
    },
    {
      title: 'pauses it as a run ends',
      on: 'run-ended',
      act: (handle) => void handle.pause('enough'),
      want: [
        '0 job: started',
        '0 job: run-started (1, schedule)',
        '1 job: run-ended (1, succeeded)',
        '1 job: paused (enough)',
      ],
    },
    {
      title: 'stops it as a run ends',
      on: 'run-ended',
      act: (handle) => void handle.stop(),
      want: [
        '0 job: started',
        '0 job: run-started (1, schedule)',
        '1 job: run-ended (1, succeeded)',
        '1 job: stopped',
      ],
    },
    {
      title: 'triggers it as a run ends',
      on: 'run-ended',
      act: (handle) => void handle.trigger(),
      want: [
        '0 job: started',
        '0 job: run-started (1, schedule)',
        '1 job: run-ended (1, succeeded)',
        '1 job: run-started (2, trigger)',
        '2 job: run-ended (2, succeeded)',
        '12 job: run-started (3, schedule)',
        '13 job: run-ended (3, succeeded)',
      ],
    },
    {
      title: 'updates it as a run ends',
      on: 'run-ended',
      act: (handle) => handle.update({ period: '4s' }),
      want: [
        '0 job: started',
        '0 job: run-started (1, schedule)',
        '1 job: run-ended (1, succeeded)',
        '1 job: updated',
        '5 job: run-started (2, schedule)',
        '6 job: run-ended (2, succeeded)',
        '10 job: run-started (3, schedule)',
        '11 job: run-ended (3, succeeded)',
      ],
    },
    {
      title: 'pauses, updates and resumes it as a run begins',
      on: 'run-started',
      act: (handle) => {
        void handle.pause('enough');
        handle.update({ period: '20s' });
        handle.resume();
      },
      want: [
        '0 job: started',
        '0 job: run-started (1, schedule)',
        '0 job: paused (enough)',
        '0 job: updated',
        '0 job: resumed',
        '1 job: run-ended (1, succeeded)',
      ],
    },
  ];

  it.each(rows)('$title: all listeners hear it in one order', async ({ on, act, want }) => {
    const booted = await boot({});
    const { clock, registry } = booted;
    const before = EventLines.of(booted);
    let isFirst = true;
    registry.onLoopEvent(({ type, loop }) => {
      if (type === on && isFirst) {
        isFirst = false;
        act(registry.get(loop)!);
      }
    });
    const after = EventLines.of(booted);
    startJob(booted);
    await clock.advance(14_000);
    expect(before.lines).toEqual(want);
    expect(after.lines).toEqual(want);
  });

  it.each(['pause', 'trigger'] as const)(
    'may %s it as the first run begins, also if it is not sliding',
    async (call) => {
      const { clock, registry, service } = await boot({});
      const ends: string[] = [];
      const stopListening = registry.onLoopEvent(({ type, loop }) => {
        if (type === 'run-started') {
          stopListening();
          const noted = (outcome: string) => (): unknown => ends.push(`${outcome} at ${clock.now()}`);
          registry.get(loop)![call]().then(noted('resolved'), noted('rejected'));
        }
      });
      service.nonSlidingUntil(() => clock.sleep(10), { name: 'job', period: '1s' });
      await clock.advance(500);
      expect(ends).toEqual([call === 'pause' ? 'resolved at 10' : 'resolved at 20']);
    },
  );

  it('resumes it whenever it pauses itself', async () => {
    const booted = await boot({}, { logFailures: false });
    const { clock, registry, service } = booted;
    registry.onLoopEvent(({ type, loop }) => {
      if (type === 'paused') {
        registry.get(loop)?.resume();
      }
    });
    const heard = EventLines.of(booted);
    const options = { name: 'job', period: '10s', pauseAfterFailures: 1 };
    service.until(() => Promise.reject(new Error('boom')), options);
    await clock.advance(10_000);
    expect(heard.lines).toEqual([
      '0 job: started',
      '0 job: run-started (1, schedule)',
      '0 job: run-ended (1, failed)',
      '0 job: paused (1 failure in a row)',
      '0 job: resumed',
      '10 job: run-started (2, schedule)',
      '10 job: run-ended (2, failed)',
      '10 job: paused (1 failure in a row)',
      '10 job: resumed',
    ]);
  });

  it('starts another loop when one has stopped, under the same name', async () => {
    const booted = await boot({});
    const { clock, registry, service } = booted;
    const heard = EventLines.of(booted);
    registry.onLoopEvent(({ type }) => {
      if (type === 'stopped' && clock.now() < 5000) {
        service.until(() => {}, { name: 'job', period: '1h' });
      }
    });
    const handle = service.until(() => {}, { name: 'job', period: '10s' });
    await clock.advance(3000);
    await handle.stop();
    await clock.advance(2000);
    expect(heard.lines.slice(3)).toEqual([
      '3 job: stopped',
      '3 job: started',
      '3 job: run-started (1, schedule)',
      '3 job: run-ended (1, succeeded)',
    ]);
  });

  it('awaits trigger() of its own loop, and holds nothing up', async () => {
    const booted = await boot({});
    const { clock, registry } = booted;
    const results: unknown[] = [];
    // oxlint-disable-next-line typescript/no-misused-promises -- what this is about
    registry.onLoopEvent(async ({ type, loop }) => {
      if (type === 'run-ended' && results.length === 0) {
        results.push('asked');
        results.push((await registry.get(loop)!.trigger()).run);
      }
    });
    startJob(booted);
    await clock.advance(5000);
    expect(results).toEqual(['asked', 2]);
  });
});

describe('while nobody listens', () => {
  @Injectable()
  class Job {
    @Until('1s')
    tick(): void {}
  }

  it('nothing is built: no date, no signal, no description of a run', async () => {
    const { clock, registry } = await boot({ providers: [Job] });
    const count = async (act = () => clock.advance(100_000)): Promise<number[]> => {
      const made = [countMade('Date'), countMade('AbortController')];
      // The description of a run asks for its fencing token, and nothing else does.
      const { calls: described } = jest.spyOn(ManagedLoop.prototype, 'fencingToken', 'get').mock;
      await act();
      const totals = [...made.map((total) => total()), described.length];
      jest.restoreAllMocks();
      return totals;
    };
    expect(await count()).toEqual([0, 0, 0]);
    const unsubscribe = registry.onLoopEvent((event) => 'run' in event && event.run.signal);
    const [dates = 0, controllers = 0, descriptions = 0] = await count();
    expect(dates).toBeGreaterThanOrEqual(200); // what is built for a listener is counted
    expect(controllers).toBe(100);
    expect(descriptions).toBe(100);
    unsubscribe();
    expect(await count()).toEqual([0, 0, 0]);
    const handle = registry.get('Job.tick')!;
    expect(await count(() => handle.pause())).toEqual([0, 0, 0]);
  });
});

describe('applications', () => {
  it('hear only of their own loops', async () => {
    const first = await boot({});
    const second = await boot({});
    const heard = [EventLines.of(first), EventLines.of(second)];
    startJob(first);
    await first.clock.advance(500);
    await second.clock.advance(500);
    expect(heard.map(({ lines }) => lines.length)).toEqual([2, 0]);
  });

  it('may be listened to before their options are known', async () => {
    const booted = await compile({
      imports: [WaitModule.forRootAsync({ useFactory: () => Promise.resolve({}) })],
    });
    const types: string[] = [];
    booted.app.get(LoopRegistry).onLoopEvent(({ type }) => types.push(type));
    await booted.app.init();
    startJob(booted);
    await booted.clock.advance(0);
    expect(types).toEqual(['started', 'run-started']);
  });
});
