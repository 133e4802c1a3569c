import { describe, expect, it } from '@jest/globals';
import { Inject, Injectable } from '@nestjs/common';
import {
  NonSlidingUntil,
  Until,
  WAIT_CLOCK,
  type BackoffUntilService,
  type LoopHandle,
  type WaitModuleOptions,
} from 'nestjs-wait';
import { FakeClock } from 'nestjs-wait/testing';
import { boot } from '../support/boot.js';
import { Outcomes, steer } from '../support/steering.js';
import { StolenLease } from '../support/stolen-lease.js';

/** The period is 10 s, a run takes 2 s, and a test looks at the first 26.5 s. All times are in seconds. */
const END = 26.5;

interface Row {
  /** What is done, and when: `1 trigger, 1.5 stop`. */
  readonly script: string;
  /** What this shows. */
  readonly that: string;
  /** The state of the loop just after each action. */
  readonly wantStates: string[];
  readonly wantStarts: number[];
  /** If a loop that is not sliding starts at other times. */
  readonly wantNonSliding?: number[];
  readonly wantOutcomes: string[];
  /** The state at the end, if it is not that of a loop that goes on. */
  readonly wantEnd?: 'paused' | 'stopped';
}

const SLIDING = [0, 12, 24];
const NON_SLIDING = [0, 10, 20];
const AS_EVER = { wantStarts: SLIDING, wantNonSliding: NON_SLIDING };

const rows: Row[] = [
  {
    script: '5 pause',
    that: 'pause takes the timer away from a loop that waits',
    wantStates: ['paused'],
    wantStarts: [0],
    wantOutcomes: ['pause: resolved at 5'],
    wantEnd: 'paused',
  },
  {
    script: '1 pause',
    that: 'pause holds a loop after its run in progress',
    wantStates: ['running'],
    wantStarts: [0],
    wantOutcomes: ['pause: resolved at 2'],
    wantEnd: 'paused',
  },
  {
    script: '3 pause, 5 pause',
    that: 'pause changes nothing of a paused loop',
    wantStates: ['paused', 'paused'],
    wantStarts: [0],
    wantOutcomes: ['pause: resolved at 3', 'pause: resolved at 5'],
    wantEnd: 'paused',
  },
  {
    script: '1 pause, 1.5 pause',
    that: 'a second pause during a run waits for it, too',
    wantStates: ['running', 'running'],
    wantStarts: [0],
    wantOutcomes: ['pause: resolved at 2', 'pause: resolved at 2'],
    wantEnd: 'paused',
  },
  {
    script: '5 resume',
    that: 'resume changes nothing of a loop that waits',
    wantStates: ['waiting'],
    ...AS_EVER,
    wantOutcomes: [],
  },
  {
    script: '1 resume',
    that: 'resume changes nothing of a loop that runs',
    wantStates: ['running'],
    ...AS_EVER,
    wantOutcomes: [],
  },
  {
    script: '3 pause, 5 resume',
    that: 'resume goes on with the rest of the wait',
    wantStates: ['paused', 'waiting'],
    ...AS_EVER,
    wantOutcomes: ['pause: resolved at 3'],
  },
  {
    script: '3 pause, 17 resume',
    that: 'resume runs at once if a run was due meanwhile',
    wantStates: ['paused', 'running'],
    wantStarts: [0, 17],
    wantOutcomes: ['pause: resolved at 3'],
  },
  {
    script: '3 pause, 24 resume',
    that: 'resume makes one run at once, however many were missed',
    wantStates: ['paused', 'running'],
    wantStarts: [0, 24],
    wantOutcomes: ['pause: resolved at 3'],
  },
  {
    script: '3 pause, 5 resume, 7 pause, 9 resume',
    that: 'a wait that is held twice still has its first length',
    wantStates: ['paused', 'waiting', 'paused', 'waiting'],
    ...AS_EVER,
    wantOutcomes: ['pause: resolved at 3', 'pause: resolved at 7'],
  },
  {
    script: '1 pause, 1.5 resume',
    that: 'resume during the run cancels the pause, and resolves it',
    wantStates: ['running', 'running'],
    ...AS_EVER,
    wantOutcomes: ['pause: resolved at 1.5'],
  },
  {
    script: '1 pause, 5 resume',
    that: 'resume goes on with the wait that began when the run had ended',
    wantStates: ['running', 'waiting'],
    ...AS_EVER,
    wantOutcomes: ['pause: resolved at 2'],
  },
  {
    script: '5 trigger',
    that: 'trigger runs a waiting loop now, and then a new wait begins',
    wantStates: ['running'],
    wantStarts: [0, 5, 17],
    wantNonSliding: [0, 5, 15, 25],
    wantOutcomes: ['trigger: run 2 succeeded at 7'],
  },
  {
    script: '1 trigger',
    that: 'trigger makes one more run right after the one in progress',
    wantStates: ['running'],
    wantStarts: [0, 2, 14, 26],
    wantNonSliding: [0, 2, 12, 22],
    wantOutcomes: ['trigger: run 2 succeeded at 4'],
  },
  {
    script: '1 trigger, 1.5 trigger',
    that: 'several triggers during a run share the next one',
    wantStates: ['running', 'running'],
    wantStarts: [0, 2, 14, 26],
    wantNonSliding: [0, 2, 12, 22],
    wantOutcomes: ['trigger: run 2 succeeded at 4', 'trigger: run 2 succeeded at 4'],
  },
  {
    script: '5 trigger, 6 trigger',
    that: 'a trigger during a triggered run makes one more',
    wantStates: ['running', 'running'],
    wantStarts: [0, 5, 7, 19],
    wantNonSliding: [0, 5, 7, 17],
    wantOutcomes: ['trigger: run 2 succeeded at 7', 'trigger: run 3 succeeded at 9'],
  },
  {
    script: '3 pause, 5 trigger',
    that: 'trigger runs a paused loop once, and it stays paused',
    wantStates: ['paused', 'running'],
    wantStarts: [0, 5],
    wantOutcomes: ['pause: resolved at 3', 'trigger: run 2 succeeded at 7'],
    wantEnd: 'paused',
  },
  {
    script: '3 pause, 5 trigger, 10 resume',
    that: 'the new wait of a triggered run in a pause has a rest',
    wantStates: ['paused', 'running', 'waiting'],
    wantStarts: [0, 5, 17],
    wantNonSliding: [0, 5, 15, 25],
    wantOutcomes: ['pause: resolved at 3', 'trigger: run 2 succeeded at 7'],
  },
  {
    script: '3 pause, 5 trigger, 20 resume',
    that: 'the new wait of a triggered run in a pause may be over at resume',
    wantStates: ['paused', 'running', 'running'],
    wantStarts: [0, 5, 20],
    wantOutcomes: ['pause: resolved at 3', 'trigger: run 2 succeeded at 7'],
  },
  {
    script: '3 pause, 5 trigger, 6 resume',
    that: 'resume during a triggered run lets the loop go on',
    wantStates: ['paused', 'running', 'running'],
    wantStarts: [0, 5, 17],
    wantNonSliding: [0, 5, 15, 25],
    wantOutcomes: ['pause: resolved at 3', 'trigger: run 2 succeeded at 7'],
  },
  {
    script: '1 pause, 1.5 trigger',
    that: 'trigger makes one more run of a loop that is about to pause, and it stays paused',
    wantStates: ['running', 'running'],
    wantStarts: [0, 2],
    wantOutcomes: ['pause: resolved at 4', 'trigger: run 2 succeeded at 4'],
    wantEnd: 'paused',
  },
  {
    script: '5 update 6s',
    that: 'update plans the wait anew from where it began',
    wantStates: ['waiting'],
    wantStarts: [0, 8, 16, 24],
    wantNonSliding: [0, 6, 12, 18, 24],
    wantOutcomes: [],
  },
  {
    script: '7 update 4s',
    that: 'update runs at once if the shorter wait is over',
    wantStates: ['running'],
    wantStarts: [0, 7, 13, 19, 25],
    wantNonSliding: [0, 7, 11, 15, 19, 23],
    wantOutcomes: [],
  },
  {
    script: '5 update 20s',
    that: 'update makes the wait longer',
    wantStates: ['waiting'],
    wantStarts: [0, 22],
    wantNonSliding: [0, 20],
    wantOutcomes: [],
  },
  {
    script: '1 update 6s',
    that: 'update during a run holds for the next wait',
    wantStates: ['running'],
    wantStarts: [0, 8, 16, 24],
    wantNonSliding: [0, 6, 12, 18, 24],
    wantOutcomes: [],
  },
  {
    script: '3 pause, 5 update 6s, 5.5 resume',
    that: 'update of a paused loop holds at resume, from where its wait began',
    wantStates: ['paused', 'paused', 'waiting'],
    wantStarts: [0, 8, 16, 24],
    wantNonSliding: [0, 6, 12, 18, 24],
    wantOutcomes: ['pause: resolved at 3'],
  },
  {
    script: '3 pause, 5 update 6s, 9 resume',
    that: 'update of a paused loop can make its run due',
    wantStates: ['paused', 'paused', 'running'],
    wantStarts: [0, 9, 17, 25],
    wantNonSliding: [0, 9, 15, 21],
    wantOutcomes: ['pause: resolved at 3'],
  },
  {
    script: '1 pause, 1.5 update 6s, 4 resume',
    that: 'update of a loop that is about to pause holds at resume',
    wantStates: ['running', 'running', 'waiting'],
    wantStarts: [0, 8, 16, 24],
    wantNonSliding: [0, 6, 12, 18, 24],
    wantOutcomes: ['pause: resolved at 2'],
  },
  {
    script: '5 stop',
    that: 'stop ends a loop that waits',
    wantStates: ['stopped'],
    wantStarts: [0],
    wantOutcomes: ['done: resolved at 5', 'stop: resolved at 5'],
    wantEnd: 'stopped',
  },
  {
    script: '1 stop',
    that: 'stop ends a loop after its run',
    wantStates: ['running'],
    wantStarts: [0],
    wantOutcomes: ['done: resolved at 2', 'stop: resolved at 2'],
    wantEnd: 'stopped',
  },
  {
    script: '3 pause, 5 stop',
    that: 'stop ends a paused loop',
    wantStates: ['paused', 'stopped'],
    wantStarts: [0],
    wantOutcomes: ['done: resolved at 5', 'pause: resolved at 3', 'stop: resolved at 5'],
    wantEnd: 'stopped',
  },
  {
    script: '1 pause, 1.5 stop',
    that: 'stop ends a loop that is about to pause after its run',
    wantStates: ['running', 'running'],
    wantStarts: [0],
    wantOutcomes: ['done: resolved at 2', 'pause: resolved at 2', 'stop: resolved at 2'],
    wantEnd: 'stopped',
  },
  {
    script: '1 stop, 1.5 trigger',
    that: 'trigger rejects when the loop is stopping',
    wantStates: ['running', 'running'],
    wantStarts: [0],
    wantOutcomes: ['done: resolved at 2', 'stop: resolved at 2', 'trigger: WAIT_ERR_LOOP_STOPPED at 1.5'],
    wantEnd: 'stopped',
  },
  {
    script: '5 trigger, 6 stop',
    that: 'stop awaits a triggered run, which its trigger tells of',
    wantStates: ['running', 'running'],
    wantStarts: [0, 5],
    wantOutcomes: ['done: resolved at 7', 'stop: resolved at 7', 'trigger: run 2 succeeded at 7'],
    wantEnd: 'stopped',
  },
  {
    script: '3 stop, 5 pause, 6 resume, 7 trigger, 8 update 6s, 9 stop',
    that: 'nothing moves a stopped loop: pause and stop resolve, trigger rejects, update throws',
    wantStates: ['stopped', 'stopped', 'stopped', 'stopped', 'stopped', 'stopped'],
    wantStarts: [0],
    wantOutcomes: [
      'done: resolved at 3',
      'pause: resolved at 5',
      'stop: resolved at 3',
      'stop: resolved at 9',
      'trigger: WAIT_ERR_LOOP_STOPPED at 7',
      'update: WAIT_ERR_LOOP_STOPPED at 8',
    ],
    wantEnd: 'stopped',
  },
];

/** A loop under test, and the times at which its runs began. */
interface Subject {
  readonly clock: FakeClock;
  readonly handle: LoopHandle;
  readonly starts: number[];
}

interface Kind {
  readonly title: string;
  readonly isSliding: boolean;
  readonly make: () => Promise<Subject>;
}

async function decorated(
  decorate: (options: { period: string; leaderOnly: boolean; enabled: boolean }) => MethodDecorator,
  options?: WaitModuleOptions,
  enabled = true,
): Promise<Subject> {
  const starts: number[] = [];
  @Injectable()
  class Job {
    constructor(@Inject(WAIT_CLOCK) private readonly clock: FakeClock) {}

    @decorate({ period: '10s', leaderOnly: options !== undefined, enabled })
    async tick(): Promise<void> {
      starts.push(this.clock.now());
      await this.clock.sleep(2000);
    }
  }
  const { clock, registry } = await boot({ providers: [Job] }, options);
  return { clock, handle: registry.get('Job.tick')!, starts };
}

async function started(
  start: (service: BackoffUntilService, f: () => Promise<void>) => LoopHandle,
): Promise<Subject> {
  const { service, clock } = await boot({});
  const starts: number[] = [];
  const handle = start(service, async () => {
    starts.push(clock.now());
    await clock.sleep(2000);
  });
  await clock.advance(0);
  return { clock, handle, starts };
}

const kinds: Kind[] = [
  { title: 'a decorated sliding loop', isSliding: true, make: () => decorated((options) => Until(options)) },
  {
    title: 'a decorated loop that is not sliding',
    isSliding: false,
    make: () => decorated((options) => NonSlidingUntil(options)),
  },
  {
    title: 'a sliding loop of the service',
    isSliding: true,
    make: () => started((service, f) => service.until(f, '10s')),
  },
  {
    title: 'a loop of the service that is not sliding',
    isSliding: false,
    make: () => started((service, f) => service.nonSlidingUntil(f, '10s')),
  },
  {
    title: 'a sliding loop of the leader',
    isSliding: true,
    make: () => decorated((options) => Until(options), new StolenLease().options),
  },
  {
    title: 'a loop of the leader that is not sliding',
    isSliding: false,
    make: () => decorated((options) => NonSlidingUntil(options), new StolenLease().options),
  },
];

describe.each(kinds)('the table of states, for $title', ({ isSliding, make }) => {
  it.each(rows)(
    '$that ($script)',
    async ({ script, wantStates, wantStarts, wantNonSliding, wantOutcomes, wantEnd }) => {
      const { clock, handle, starts } = await make();
      const outcomes = new Outcomes(clock);
      const isStopped = wantEnd === 'stopped';
      if (isStopped) {
        outcomes.watch('done', handle.done);
      }
      const states: string[] = [];
      for (const step of script.split(', ')) {
        const [seconds, ...action] = step.split(' ');
        await clock.advance(Number(seconds) * 1000 - clock.now());
        steer(handle, action.join(' '), outcomes);
        await clock.advance(0);
        states.push(handle.info().state);
      }
      await clock.advance(END * 1000 - clock.now());

      const wantedStarts = (isSliding ? undefined : wantNonSliding) ?? wantStarts;
      const isRunning = wantedStarts.at(-1)! + 2 > END;
      expect({
        states,
        starts: starts.map((start) => start / 1000),
        outcomes: outcomes.lines.toSorted(),
        end: handle.info().state,
      }).toEqual({
        states: wantStates,
        starts: wantedStarts,
        outcomes: wantOutcomes,
        end: wantEnd ?? (isRunning ? 'running' : 'waiting'),
      });
    },
  );
});

describe('the table of states, for a disabled loop', () => {
  it.each<{ title: string; make: () => Promise<Subject> }>([
    {
      title: 'that is decorated',
      make: () => decorated((options) => Until(options), undefined, false),
    },
    {
      title: 'of the service',
      make: () => started((service, f) => service.until(f, { period: '10s', enabled: false })),
    },
    {
      title: 'of a module that is disabled',
      make: () => decorated((options) => Until(options), { ...new StolenLease().options, enabled: false }),
    },
  ])('$title, pause and stop resolve, trigger rejects, update throws, nothing runs', async ({ make }) => {
    const { clock, handle, starts } = await make();
    const outcomes = new Outcomes(clock);
    for (const action of ['pause', 'resume', 'trigger', 'update 6s', 'stop']) {
      steer(handle, action, outcomes);
      await clock.advance(1000);
      expect(handle.info()).toMatchObject({ state: 'stopped', paused: false });
    }
    await clock.advance(60_000);
    expect(outcomes.lines).toEqual([
      'pause: resolved at 0',
      'trigger: WAIT_ERR_LOOP_STOPPED at 2',
      'update: WAIT_ERR_LOOP_STOPPED at 3',
      'stop: resolved at 4',
    ]);
    expect(starts).toEqual([]);
  });
});
