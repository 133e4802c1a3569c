import { Inject, Injectable, type Type } from '@nestjs/common';
import { Until, WAIT_CLOCK, type UntilOptions, type WaitModuleOptions } from 'nestjs-wait';
import { InMemoryLock } from 'nestjs-wait/leader-election';
import type { FakeClock } from 'nestjs-wait/testing';
import type { Application } from '../support/application.js';
import type { Mistake, Row } from '../support/mistake.js';
import { changesNothing, waitsInVain, type Steered } from '../support/steering.js';

const A_MINUTE = 60_000;

/** An application with one loop, whose runs each take a minute, or until they are told to stop. */
function withOutbox(options: Partial<UntilOptions> = {}, module: WaitModuleOptions = {}): Application {
  return { providers: [outboxWith({ period: '5s', ...options })], options: module };
}

function outboxWith(options: UntilOptions): Type {
  @Injectable()
  class Outbox {
    constructor(@Inject(WAIT_CLOCK) private readonly clock: FakeClock) {}

    @Until(options)
    async flush(signal: AbortSignal): Promise<void> {
      const aborted = new Promise((resolve) => signal.addEventListener('abort', resolve));
      await Promise.race([this.clock.sleep(A_MINUTE), aborted]);
      signal.throwIfAborted();
    }
  }
  return Outbox;
}

/** A lock whose engine cannot be reached from some time on. */
class CutOffLock extends InMemoryLock {
  isCutOff = false;

  protected override async ask<T>(signal: AbortSignal, request: () => T): Promise<T> {
    if (this.isCutOff) {
      throw new Error('connect ECONNREFUSED');
    }
    return super.ask(signal, request);
  }
}

const LOOP_STOPPED = 'WAIT_ERR_LOOP_STOPPED';
const NOT_LEADER = 'WAIT_ERR_NOT_LEADER';
const TIMED_OUT = 'WAIT_ERR_TIMED_OUT';

interface StoppedRow extends Row {
  readonly application: () => Application;
  readonly before?: (steered: Steered) => unknown;
}

const wasStopped = ['the loop has ended', 'BackoffUntilService'];
const isDisabled = ['the loop is disabled', 'enabled: false', '`loops`', 'WaitModule.forRoot'];

const stopped: readonly StoppedRow[] = [
  {
    title: 'a loop that has been stopped',
    application: withOutbox,
    before: ({ handle }) => handle.stop(),
    wantWords: wasStopped,
  },
  {
    title: 'a loop with two workers that have been stopped',
    application: () => withOutbox({ workers: 2 }),
    before: ({ handle }) => handle.stop(),
    wantWords: wasStopped,
  },
  {
    title: 'a loop of an application that has closed',
    application: withOutbox,
    before: ({ close }) => close(),
    wantWords: wasStopped,
  },
  {
    title: 'a loop that its own options disable',
    application: () => withOutbox({ enabled: false }),
    wantWords: isDisabled,
  },
  {
    title: 'a loop that the loops of the module disable',
    application: () => withOutbox({}, { loops: { 'Outbox.flush': { enabled: false } } }),
    wantWords: isDisabled,
  },
  {
    title: 'a loop of a module that is disabled as a whole',
    application: () => withOutbox({}, { enabled: false }),
    wantWords: isDisabled,
  },
];

/** An application whose loop runs on the leader. Its lock is a provider, so that a row can cut it off. */
function withLeaderOnlyOutbox(isCutOff: boolean): Application {
  const lock = new CutOffLock();
  lock.isCutOff = isCutOff;
  const { providers = [], options } = withOutbox({ leaderOnly: true }, { leaderElection: { lock } });
  return { providers: [...providers, { provide: CutOffLock, useValue: lock }], options: options ?? {} };
}

const isNotLeader = ["does not lead 'default'", 'Trigger it on the leader', 'getLeader()'];

interface WaitingRow extends Row {
  readonly application: () => Application;
  readonly call: (steered: Steered) => Promise<unknown>;
}

const waiting: readonly WaitingRow[] = [
  {
    title: 'a trigger that waits for a run when its loop is stopped',
    application: withOutbox,
    call: ({ handle }) => {
      const triggered = handle.trigger();
      void handle.stop();
      return triggered;
    },
    wantCode: LOOP_STOPPED,
    wantWords: ['Outbox.flush: trigger()', ...wasStopped],
  },
  {
    title: 'a trigger that waits for a run when its application closes',
    application: withOutbox,
    call: ({ handle, close }) => {
      const triggered = handle.trigger();
      void close();
      return triggered;
    },
    wantCode: LOOP_STOPPED,
    wantWords: ['Outbox.flush: trigger()', ...wasStopped],
  },
  {
    title: 'a trigger that waits for one of two workers when both are stopped',
    application: () => withOutbox({ workers: 2 }),
    call: ({ handle }) => {
      const triggered = handle.trigger();
      void handle.stop();
      return triggered;
    },
    wantCode: LOOP_STOPPED,
    wantWords: [/^Outbox\.flush(?:#\d)?: trigger\(\)/, ...wasStopped],
  },
  {
    title: 'a trigger of a loop that has been told to stop, and is still running',
    application: withOutbox,
    call: ({ handle }) => {
      void handle.stop();
      return handle.trigger();
    },
    wantCode: LOOP_STOPPED,
    wantWords: ['Outbox.flush: trigger()', ...wasStopped],
  },
  {
    title: 'an update of a loop that has been told to stop, and is still running',
    application: withOutbox,
    call: async ({ handle }) => {
      void handle.stop();
      handle.update({ period: '7s' });
    },
    wantCode: LOOP_STOPPED,
    wantWords: ['Outbox.flush: update()', ...wasStopped],
  },
  {
    title: 'a trigger of a loop of the service that has left the registry',
    application: withOutbox,
    call: async ({ service }) => {
      const own = service.until(() => undefined, { name: 'probe', period: '5s' });
      await own.stop();
      return own.trigger();
    },
    wantCode: LOOP_STOPPED,
    wantWords: ['probe: trigger()', ...wasStopped],
  },
  {
    title: 'a trigger that waits for a run when this replica loses the lease',
    application: () => withLeaderOnlyOutbox(false),
    call: ({ handle, app }) => {
      const triggered = handle.trigger();
      app.get(CutOffLock).isCutOff = true;
      return triggered;
    },
    wantCode: NOT_LEADER,
    wantWords: ['Outbox.flush: trigger()', ...isNotLeader],
  },
  {
    title: 'a trigger that waits for longer than shutdownTimeout',
    application: () => withOutbox({}, { shutdownTimeout: '2s' }),
    call: ({ handle }) => handle.trigger(),
    wantCode: TIMED_OUT,
    wantWords: [
      'Outbox.flush: trigger()',
      'has waited 2s',
      'another run is in progress',
      'follows all the same',
    ],
  },
  {
    title: 'a trigger that its own run awaits',
    application: withOutbox,
    call: ({ service }) =>
      new Promise((_resolve, reject) => {
        const own = service.until(() => own.trigger().catch(reject), { name: 'probe', period: '5s' });
      }),
    wantCode: TIMED_OUT,
    wantWords: ['probe: trigger()', 'has waited 25s', 'waits for itself', 'leave out the await'],
  },
  {
    title: 'a run that reaches its timeout',
    application: () => withOutbox({ timeout: '5s' }),
    call: async ({ handle }) => {
      await handle.trigger(); // after the first run
      const { error } = await handle.trigger();
      throw error;
    },
    wantCode: 'WAIT_ERR_RUN_TIMEOUT',
    wantWords: [/^Outbox\.flush: run 3 /, 'timeout of 5s', 'raise timeout'],
  },
];

export const triggers: readonly Mistake[] = [
  ...stopped.flatMap((row) => [
    changesNothing({
      ...row,
      title: `a trigger of ${row.title}`,
      rejects: true,
      call: ({ handle }) => handle.trigger(),
      wantCode: LOOP_STOPPED,
      wantWords: ['Outbox.flush: trigger()', ...row.wantWords],
    }),
    changesNothing({
      ...row,
      title: `an update of ${row.title}`,
      call: ({ handle }) => handle.update({ period: '7s' }),
      wantCode: LOOP_STOPPED,
      wantWords: ['Outbox.flush: update()', ...row.wantWords],
    }),
  ]),
  changesNothing({
    title: 'a trigger on a replica that does not lead',
    application: () => withLeaderOnlyOutbox(true),
    rejects: true,
    call: ({ handle }) => handle.trigger(),
    wantCode: NOT_LEADER,
    wantWords: ['Outbox.flush: trigger()', ...isNotLeader],
  }),
  ...waiting.map((row) => waitsInVain(row)),
];
