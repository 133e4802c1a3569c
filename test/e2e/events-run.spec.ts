import { describe, expect, it } from '@jest/globals';
import { Injectable } from '@nestjs/common';
import {
  BackoffUntilService,
  Forever,
  LoopRegistry,
  NonSlidingUntil,
  Until,
  type LoopEvent,
  type WaitModuleOptions,
} from 'nestjs-wait';
import { boot, compile } from '../support/boot.js';
import { EventLines } from '../support/event-lines.js';

const boom = new Error('boom');

describe('the events of a loop', () => {
  it('have every member, of each type', async () => {
    const booted = await boot({}, { logFailures: false });
    const { clock, service, registry } = booted;
    const events: LoopEvent[] = [];
    const runs: AbortSignal[] = [];
    registry.onLoopEvent((event) => {
      events.push(event);
      if (event.type === 'run-started') {
        runs.push(event.run.signal);
      }
    });
    const signals: AbortSignal[] = [];
    const run = async (signal: AbortSignal): Promise<void> => {
      signals.push(signal);
      await clock.sleep(2000);
      if (signals.length === 2) {
        throw boom;
      }
    };
    const now = (): Date => new Date(clock.wallNow());
    const wanted: unknown[] = [];
    const want = (event: object): void => void wanted.push({ loop: 'job', at: now(), ...event });
    const runOf = (number: number, cause: string): object => ({
      loop: 'job',
      kind: 'Until',
      number,
      signal: expect.any(AbortSignal),
      lateness: 0,
      cause,
    });

    want({ type: 'started' });
    want({ type: 'run-started', run: runOf(1, 'schedule') });
    const handle = service.until(run, { name: 'job', period: '10s' });
    let startedAt = now();
    await clock.advance(2000);
    want({ type: 'run-ended', result: { run: 1, outcome: 'succeeded', startedAt, duration: 2000 } });
    await clock.advance(1000);
    want({ type: 'paused', reason: 'migration' });
    await handle.pause('migration');
    await clock.advance(1000);
    want({ type: 'resumed' });
    handle.resume();
    await clock.advance(1000);
    want({ type: 'paused' });
    await handle.pause();
    await clock.advance(1000);
    want({ type: 'updated' });
    handle.update({ period: '20s' });
    await clock.advance(1000);
    want({ type: 'run-started', run: runOf(2, 'trigger') });
    void handle.trigger();
    startedAt = now();
    await clock.advance(2000);
    want({
      type: 'run-ended',
      result: { run: 2, outcome: 'failed', startedAt, duration: 2000, error: boom },
    });
    await clock.advance(1000);
    want({ type: 'stopped' });
    await handle.stop();
    await clock.advance(100_000);
    expect(events).toEqual(wanted);
    expect(events.map((event) => Object.keys(event).includes('reason'))).toEqual(
      events.map((_event, index) => index === 3), // absent, and not undefined, where nobody has said why
    );

    expect(runs).toEqual(signals);
    expect(runs[0]).toBe(signals[0]);
  });

  it('have the dates of info() and of the result', async () => {
    const { clock, service, registry } = await boot({}, { logFailures: false });
    const seen: Record<string, unknown> = {};
    registry.onLoopEvent((event) => (seen[event.type] = event.at));
    let fails = false;
    const run = async (): Promise<void> => {
      await clock.sleep(1234.5);
      if (fails) {
        throw boom;
      }
    };
    const handle = service.until(run, { name: 'job', period: '1h' });
    await clock.advance(0.7);
    clock.setWallTime(new Date('2031-05-05T05:05:05.555Z'));
    const first = await Promise.all([handle.trigger(), clock.advance(5000)]);
    expect(seen['run-started']).toEqual(first[0].startedAt);
    expect(seen['run-started']).toEqual(handle.info().lastStart);
    expect(seen['run-ended']).toEqual(handle.info().lastSuccess);
    fails = true;
    await Promise.all([handle.trigger(), clock.advance(5000)]);
    expect(seen['run-ended']).toEqual(handle.info().lastFailure);
  });

  it('of a decorated loop begin with its start, and end with shutdown', async () => {
    @Injectable()
    class Job {
      @Until('10s')
      tick(): void {}
    }
    const booted = await compile({ providers: [Job] });
    const heard = EventLines.of(booted);
    await booted.app.init();
    await booted.clock.advance(12_000);
    await booted.close(0);
    await booted.clock.advance(60_000);
    expect(heard.lines).toEqual([
      '0 Job.tick: started',
      '0 Job.tick: run-started (1, schedule)',
      '0 Job.tick: run-ended (1, succeeded)',
      '10 Job.tick: run-started (2, schedule)',
      '10 Job.tick: run-ended (2, succeeded)',
      '12 Job.tick: stopped',
    ]);
  });

  it('tell of a run that is told to stop, and then of the end', async () => {
    const booted = await boot({});
    const { clock, service } = booted;
    const heard = EventLines.of(booted);
    const handle = service.until(
      async (signal) => {
        await clock.sleep(3000);
        signal.throwIfAborted();
      },
      { name: 'job', period: '10s' },
    );
    await clock.advance(1000);
    void handle.stop();
    await clock.advance(60_000);
    expect(heard.lines).toEqual([
      '0 job: started',
      '0 job: run-started (1, schedule)',
      '3 job: run-ended (1, aborted)',
      '3 job: stopped',
    ]);
  });

  it('go on for a loop that runs forever, also after shutdown', async () => {
    class Job {
      @Forever('10s')
      tick(): void {}
    }
    const booted = await boot({ providers: [Job] });
    const heard = EventLines.of(booted);
    await booted.close(0);
    await booted.clock.advance(10_000);
    expect(heard.lines).toEqual([
      '10 Job.tick: run-started (2, schedule)',
      '10 Job.tick: run-ended (2, succeeded)',
    ]);
  });

  it('come for each worker, in its own name', async () => {
    const booted = await boot({});
    const { clock, service, registry } = booted;
    const heard = EventLines.of(booted);
    const handle = service.until(() => clock.sleep(1000), { name: 'job', period: '10s', workers: 2 });
    await clock.advance(5000);
    expect(heard.take()).toEqual([
      '0 job#0: started',
      '0 job#0: run-started (1, schedule)',
      '0 job#1: started',
      '0 job#1: run-started (1, schedule)',
      '1 job#0: run-ended (1, succeeded)',
      '1 job#1: run-ended (1, succeeded)',
    ]);
    await handle.pause('both');
    await handle.pause('again');
    await registry.get('job#1')?.pause('one');
    registry.get('job#1')?.resume();
    registry.get('job#1')?.resume();
    handle.resume();
    handle.update({ period: '20s' });
    handle.update({});
    await registry.pauseAll({ reason: 'all' });
    registry.resumeAll();
    void handle.trigger();
    await clock.advance(1000);
    await registry.get('job#0')?.stop();
    await handle.stop();
    expect(heard.take()).toEqual([
      '5 job#0: paused (both)',
      '5 job#1: paused (both)',
      '5 job#1: resumed',
      '5 job#0: resumed',
      '5 job#0: updated',
      '5 job#1: updated',
      '5 job#0: paused (all)',
      '5 job#1: paused (all)',
      '5 job#0: resumed',
      '5 job#1: resumed',
      '5 job#0: run-started (2, trigger)',
      '6 job#0: run-ended (2, succeeded)',
      '6 job#0: stopped',
      '6 job#1: stopped',
    ]);
  });

  it('are none for what changes nothing: a resume without a pause, a refused update, a second stop', async () => {
    const booted = await boot({});
    const { clock, service } = booted;
    const handle = service.until(() => {}, { name: 'job', period: '10s' });
    await clock.advance(0);
    const heard = EventLines.of(booted);
    handle.resume();
    expect(() => handle.update({ period: 'soon' })).toThrow();
    expect(heard.lines).toEqual([]);
    await handle.stop();
    await handle.stop();
    await handle.pause();
    handle.resume();
    await handle.trigger().catch(() => {});
    expect(heard.lines).toEqual(['0 job: stopped']);
  });

  it.each<{ readonly what: string; readonly options: object; readonly module: WaitModuleOptions }>([
    { what: 'a loop that is disabled', options: { enabled: false }, module: {} },
    { what: 'a loop of a module that is disabled', options: {}, module: { enabled: false } },
  ])('are none for $what', async ({ options, module }) => {
    class Job {
      @NonSlidingUntil({ period: '10s', ...options })
      tick(): void {}
    }
    const booted = await compile({ providers: [Job] }, module);
    const heard = EventLines.of(booted);
    await booted.app.init();
    booted.service.until(() => {}, { name: 'job', period: '10s', ...options });
    await booted.clock.advance(60_000);
    await booted.close(0);
    expect(heard.lines).toEqual([]);
  });

  it.each<[what: string, closes: boolean]>([
    ['an application that never starts', false],
    ['a loop that is started during shutdown', true],
  ])('are none for %s', async (_what, isStarted) => {
    const booted = await compile({});
    const heard = EventLines.of(booted);
    if (isStarted) {
      await booted.app.init();
    } else {
      booted.service.until(() => {}, { name: 'early', period: '10s' });
    }
    await booted.close(0);
    booted.service.until(() => {}, { name: 'job', period: '10s' });
    await booted.clock.advance(60_000);
    expect(heard.lines).toEqual([]);
  });

  it('are none for a loop that is stopped before it begins', async () => {
    const booted = await compile({});
    const heard = EventLines.of(booted);
    const early = booted.service.until(() => {}, { name: 'early', period: '10s' });
    void early.stop();
    await booted.app.init();
    await booted.clock.advance(0);
    const late = booted.service.until(() => {}, { name: 'late', period: '10s' });
    void late.stop();
    await booted.clock.advance(60_000);
    expect(heard.lines).toEqual([]);
  });

  it('tell what ended a loop that has crashed', async () => {
    const booted = await boot({}, { reallyCrash: true, logFailures: false });
    const { clock, service } = booted;
    const heard = EventLines.of(booted);
    const handle = service.until(() => Promise.reject(boom), { name: 'job', period: '10s' });
    const ended = expect(handle.done).rejects.toBe(boom);
    await clock.advance(5000);
    await ended;
    expect(heard.events.at(-1)).toEqual({
      type: 'stopped',
      loop: 'job',
      at: new Date(clock.wallNow() - 5000),
      error: boom,
    });
    expect(heard.lines).toEqual([
      '0 job: started',
      '0 job: run-started (1, schedule)',
      '0 job: run-ended (1, failed)',
      '0 job: stopped (Error: boom)',
    ]);
  });

  it('tell what ended a loop whose crash handler or backoff manager throws', async () => {
    const failures = { handler: new Error('handler'), manager: new Error('manager') };
    const booted = await boot(
      {},
      {
        logFailures: false,
        crashHandlers: [
          () => {
            throw failures.handler;
          },
        ],
      },
    );
    const { clock, service } = booted;
    const heard = EventLines.of(booted);
    const backoff = (): number => {
      throw failures.manager;
    };
    const handles = [
      service.until(() => Promise.reject(boom), { name: 'handler', period: '10s' }),
      service.backoffUntil(() => {}, { name: 'manager', backoffManager: () => ({ backoff }) }),
    ];
    const ended = Promise.allSettled(handles.map(({ done }) => done));
    await clock.advance(0);
    await ended;
    const errors = new Map(
      heard.events.flatMap((event) => (event.type === 'stopped' ? [[event.loop, event.error]] : [])),
    );
    expect(errors.get('handler')).toBe(failures.handler);
    expect(errors.get('manager')).toMatchObject({ cause: failures.manager });
    await expect(handles[1]?.done).rejects.toBe(errors.get('manager'));
  });

  it('tell that a loop pauses itself, after the end of the run that was one failure too many', async () => {
    const booted = await boot({}, { logFailures: false });
    const { clock, service } = booted;
    const heard = EventLines.of(booted);
    const options = { name: 'job', period: '10s', pauseAfterFailures: 2 };
    service.until(() => Promise.reject(boom), options);
    await clock.advance(60_000);
    expect(heard.lines).toEqual([
      '0 job: started',
      '0 job: run-started (1, schedule)',
      '0 job: run-ended (1, failed)',
      '10 job: run-started (2, schedule)',
      '10 job: run-ended (2, failed)',
      '10 job: paused (2 failures in a row)',
    ]);
  });

  it('tell of a hung run once, and once more when it has ended after all', async () => {
    const booted = await boot({});
    const { clock, service } = booted;
    const heard = EventLines.of(booted);
    service.until(() => clock.sleep(60_000), { name: 'job', period: '1h', hungAfter: '10s' });
    await clock.advance(120_000);
    expect(heard.lines).toEqual([
      '0 job: started',
      '0 job: run-started (1, schedule)',
      '10 job: hung (1, schedule)',
      '60 job: run-ended (1, succeeded)',
      '60 job: recovered (1, succeeded)',
    ]);
    const [, started, hung, ended, recovered] = heard.events;
    expect(hung).toMatchObject({ type: 'hung', run: { loop: 'job', kind: 'Until', number: 1, lateness: 0 } });
    expect((hung as { run: unknown }).run).toEqual((started as { run: unknown }).run);
    expect(recovered).toEqual({ ...ended, type: 'recovered' });
  });

  it('tell of the timeout of a hung run, its failure, and the pause that follows, in this order', async () => {
    const booted = await boot({}, { logFailures: false });
    const { clock, service } = booted;
    const heard = EventLines.of(booted);
    service.until(
      async (signal) => {
        await clock.sleep(60_000);
        signal.throwIfAborted();
      },
      { name: 'job', period: '1h', timeout: '5s', pauseAfterFailures: 1 },
    );
    await clock.advance(120_000);
    expect(heard.lines.slice(2, 4)).toEqual([
      '10 job: hung (1, schedule)',
      '60 job: run-ended (1, timedOut)',
    ]);
    // Which of the two comes first says nothing.
    expect(heard.lines.slice(4).toSorted()).toEqual([
      '60 job: paused (1 failure in a row)',
      '60 job: recovered (1, timedOut)',
    ]);
  });

  it('tell of a skipped run, and of what an around function makes of a run', async () => {
    const booted = await boot(
      {},
      {
        logFailures: false,
        around: [
          async (run, next) => {
            if (run.number === 1) {
              return;
            }
            await clock.sleep(1000);
            await next().catch(() => {});
            await clock.sleep(1000);
            if (run.number === 3) {
              throw boom;
            }
          },
        ],
      },
    );
    const { clock, service } = booted;
    const heard = EventLines.of(booted);
    service.until(() => Promise.reject(boom), { name: 'job', period: '10s' });
    await clock.advance(30_000);
    expect(heard.lines).toEqual([
      '0 job: started',
      '0 job: run-started (1, schedule)',
      '0 job: run-ended (1, skipped)',
      '10 job: run-started (2, schedule)',
      '12 job: run-ended (2, succeeded)',
      '22 job: run-started (3, schedule)',
      '24 job: run-ended (3, failed)',
    ]);
  });

  it('come before the around functions begin, and the same run goes to both', async () => {
    const trace: string[] = [];
    const runs: unknown[] = [];
    const { registry, clock, service } = await boot(
      {},
      {
        around: [
          async (run, next) => {
            trace.push('around begins');
            runs.push(run);
            await next();
            trace.push('around ends');
          },
        ],
      },
    );
    registry.onLoopEvent((event) => {
      trace.push(event.type);
      if (event.type === 'run-started') {
        runs.push(event.run);
      }
    });
    service.until(() => void trace.push('work'), { name: 'job', period: '10s' });
    await clock.advance(0);
    expect(trace).toEqual(['started', 'run-started', 'around begins', 'work', 'around ends', 'run-ended']);
    expect(runs[0]).toEqual(runs[1]);
    expect((runs[0] as { signal: unknown }).signal).toBe((runs[1] as { signal: unknown }).signal);
  });

  it('of a run that has failed come before its crash handlers are called', async () => {
    const trace: string[] = [];
    const { registry, clock, service } = await boot(
      {},
      { logFailures: false, crashHandlers: [() => void trace.push('handler')] },
    );
    registry.onLoopEvent((event) => trace.push(event.type));
    service.until(() => Promise.reject(boom), { name: 'job', period: '10s' });
    await clock.advance(0);
    expect(trace).toEqual(['started', 'run-started', 'run-ended', 'handler']);
  });

  it('tell of a trigger whose result has the same data', async () => {
    const { registry, clock, service } = await boot({});
    const results: unknown[] = [];
    const handle = service.until(() => clock.sleep(1000), { name: 'job', period: '1h' });
    await clock.advance(2000);
    registry.onLoopEvent((event) => {
      if (event.type === 'run-ended') {
        results.push(event.result);
      }
    });
    const [result] = await Promise.all([handle.trigger(), clock.advance(1000)]);
    expect(results).toEqual([result]);
  });

  it('come when the figures of the loop have them', async () => {
    const { registry, clock, service } = await boot({}, { logFailures: false });
    const seen: string[] = [];
    registry.onLoopEvent(({ type, loop }) => {
      const { paused, runs, failures } = registry.get(loop)!.info();
      seen.push(`${type}: ${paused ? 'paused, ' : ''}${runs} runs, ${failures} failures`);
    });
    const options = { name: 'job', period: '10s', pauseAfterFailures: 1 };
    const handle = service.until(() => Promise.reject(boom), options);
    await clock.advance(5000);
    handle.resume();
    await clock.advance(1000);
    expect(seen).toEqual([
      'started: 0 runs, 0 failures',
      'run-started: 1 runs, 0 failures',
      'run-ended: 1 runs, 1 failures',
      'paused: paused, 1 runs, 1 failures',
      'resumed: 1 runs, 1 failures',
    ]);
  });

  it('can be heard from the constructor of a provider on', async () => {
    const types: string[] = [];
    @Injectable()
    class Listener {
      constructor(registry: LoopRegistry) {
        registry.onLoopEvent(({ type }) => types.push(type));
      }
    }
    @Injectable()
    class Starter {
      constructor(service: BackoffUntilService) {
        service.until(() => {}, { name: 'job', period: '10s' });
      }
    }
    await boot({ providers: [Listener, Starter] });
    expect(types).toEqual(['started', 'run-started', 'run-ended']);
  });
});
