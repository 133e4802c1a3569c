import { describe, expect, it, jest } from '@jest/globals';
import { Inject, Injectable } from '@nestjs/common';
import { Until, WAIT_CLOCK, type LoopInfo } from 'nestjs-wait';
import type { FakeClock } from 'nestjs-wait/testing';
import type { PageAction, PageAnswer } from '../../src/page/page-data.js';
import { act, ask, FROM_THE_PAGE, infoOf, PLATFORMS, serve, type Served } from '../support/page.js';
import { StolenLease } from '../support/stolen-lease.js';

@Injectable()
class Jobs {
  constructor(@Inject(WAIT_CLOCK) private readonly clock: FakeClock) {}

  @Until('10s')
  quick(): void {}

  @Until('10s')
  slow(): Promise<void> {
    return this.clock.sleep(5000);
  }

  @Until({ period: '10s', enabled: false })
  off(): void {}

  @Until({ period: '10s', leaderOnly: true })
  leader(): void {}

  @Until({ period: '10s', workers: 2 })
  pair(): void {}

  @Until({ period: '10s', name: 'caf\u00e9 <b>"&' })
  odd(): void {}
}

interface Subject extends Served {
  readonly lease: StolenLease;
  /** Sends an action as the page does. */
  readonly act: (action: Partial<PageAction>) => Promise<PageAnswer & { readonly status: number }>;
}

async function subject(platform: (typeof PLATFORMS)[number]): Promise<Subject> {
  const lease = new StolenLease();
  const served = await serve(platform, { providers: [Jobs], options: lease.options });
  await served.clock.advance(1000);
  return {
    ...served,
    lease,
    act: async (action) => {
      const { status, body } = await act(`${served.origin}/loops`, action);
      return { ...(JSON.parse(body) as PageAnswer), status };
    },
  };
}

interface Row {
  readonly title: string;
  readonly before?: (subject: Subject) => unknown;
  readonly action: Partial<PageAction> & Pick<PageAction, 'action'>;
  readonly wantStatus?: number;
  readonly wantCode?: string;
  readonly wantMessage: string;
  /** What is true of the loop at once, while the clock stands still. */
  readonly want?: Partial<LoopInfo>;
}

const ELSEWHERE = 'on this replica; another one that takes the lease will run it';

const rows: readonly Row[] = [
  {
    title: 'pauses a loop with a note',
    action: { loop: 'Jobs.quick', action: 'pause', note: ' the shop\nis "closed" ' },
    wantMessage: 'Jobs.quick is paused.',
    want: { state: 'paused', pauseReason: ' the shop\nis "closed" ' },
  },
  {
    title: 'pauses a loop with the longest note',
    action: { loop: 'Jobs.quick', action: 'pause', note: 'x'.repeat(500) },
    wantMessage: 'Jobs.quick is paused.',
    want: { state: 'paused', pauseReason: 'x'.repeat(500) },
  },
  {
    title: 'pauses a loop, and does not wait for its run in progress',
    action: { loop: 'Jobs.slow', action: 'pause' },
    wantMessage: 'Jobs.slow is paused. Its run in progress goes on to its end.',
    want: { state: 'running', paused: true, runs: 1 },
  },
  {
    title: 'pauses a loop of the leader, and says where',
    action: { loop: 'Jobs.leader', action: 'pause' },
    wantMessage: `Jobs.leader is paused ${ELSEWHERE}.`,
    want: { state: 'paused' },
  },
  {
    title: 'pauses a loop of the leader on a replica that does not lead',
    before: ({ lease, ...replica }) => lease.take(replica),
    action: { loop: 'Jobs.leader', action: 'pause' },
    wantMessage: `Jobs.leader is paused ${ELSEWHERE}.`,
    want: { state: 'standby', paused: true },
  },
  {
    title: 'says that a loop is already paused, and why',
    before: ({ registry }) => registry.get('Jobs.quick')?.pause('first'),
    action: { loop: 'Jobs.quick', action: 'pause', note: 'second' },
    wantMessage: 'Jobs.quick is already paused (first).',
    want: { state: 'paused', pauseReason: 'first' },
  },
  {
    title: 'says that a loop is already paused',
    before: ({ registry }) => registry.get('Jobs.quick')?.pause(),
    action: { loop: 'Jobs.quick', action: 'pause', note: 'second' },
    wantMessage: 'Jobs.quick is already paused.',
    want: { state: 'paused' },
  },
  {
    title: 'pauses one worker of two',
    action: { loop: 'Jobs.pair#1', action: 'pause' },
    wantMessage: 'Jobs.pair#1 is paused.',
    want: { state: 'paused' },
  },
  {
    title: 'resumes a loop',
    before: ({ registry }) => registry.get('Jobs.quick')?.pause('first'),
    action: { loop: 'Jobs.quick', action: 'resume' },
    wantMessage: 'Jobs.quick is resumed.',
    want: { state: 'waiting', paused: false },
  },
  {
    title: 'says that a loop is not paused',
    action: { loop: 'Jobs.quick', action: 'resume' },
    wantMessage: 'Jobs.quick is not paused.',
    want: { state: 'waiting', paused: false },
  },
  {
    title: 'resumes a loop whose name is full of markup',
    before: ({ registry }) => registry.get('caf\u00e9 <b>"&')?.pause(),
    action: { loop: 'caf\u00e9 <b>"&', action: 'resume' },
    wantMessage: 'caf\u00e9 <b>"& is resumed.',
    want: { paused: false },
  },
  {
    title: 'runs a loop now',
    action: { loop: 'Jobs.quick', action: 'trigger' },
    wantMessage: 'Jobs.quick runs now.',
  },
  {
    title: 'runs a loop now that stays paused',
    before: ({ registry }) => registry.get('Jobs.quick')?.pause(),
    action: { loop: 'Jobs.quick', action: 'trigger' },
    wantMessage: 'Jobs.quick runs now, and stays paused.',
    want: { paused: true },
  },
  {
    title: 'runs a loop once more after its run in progress, and does not wait for that',
    action: { loop: 'Jobs.slow', action: 'trigger' },
    wantMessage: 'Jobs.slow runs once more, right after the run in progress.',
    want: { state: 'running', runs: 1 },
  },
  {
    title: 'does not run a loop of the leader on a replica that does not lead',
    before: ({ lease, ...replica }) => lease.take(replica),
    action: { loop: 'Jobs.leader', action: 'trigger' },
    wantStatus: 409,
    wantCode: 'WAIT_ERR_NOT_LEADER',
    wantMessage:
      "Jobs.leader does not run here, since this replica does not lead 'default'. Open the page of the replica that does.",
    want: { state: 'standby', runs: 1 },
  },
  {
    title: 'does not run a loop of the leader whose lease is over, though nobody has told the loop yet',
    before: ({ clock }) => {
      const now = clock.now.bind(clock);
      clock.now = () => now() + 10_000; // as after a pause of the process, before the first timer
    },
    action: { loop: 'Jobs.leader', action: 'trigger' },
    wantStatus: 409,
    wantCode: 'WAIT_ERR_NOT_LEADER',
    wantMessage:
      "Jobs.leader does not run here, since this replica does not lead 'default'. Open the page of the replica that does.",
  },
  ...(['pause', 'resume', 'trigger'] as const).flatMap((action): Row[] => [
    {
      title: `refuses to ${action} a loop that has been stopped`,
      before: ({ registry }) => registry.get('Jobs.quick')?.stop(),
      action: { loop: 'Jobs.quick', action },
      wantStatus: 409,
      wantCode: 'WAIT_ERR_LOOP_STOPPED',
      wantMessage: 'Jobs.quick has ended. Restart the application to start it again.',
      want: { state: 'stopped', paused: false },
    },
    {
      title: `refuses to ${action} a loop that is disabled`,
      action: { loop: 'Jobs.off', action },
      wantStatus: 409,
      wantCode: 'WAIT_ERR_LOOP_STOPPED',
      wantMessage: 'Jobs.off is disabled. Enable it in its options, and restart the application.',
      want: { state: 'stopped', paused: false },
    },
  ]),
  {
    title: 'does not run a loop that stops after its run in progress',
    before: ({ registry }) => void registry.get('Jobs.slow')?.stop(),
    action: { loop: 'Jobs.slow', action: 'trigger' },
    wantStatus: 409,
    wantCode: 'WAIT_ERR_LOOP_STOPPED',
    wantMessage: 'Jobs.slow has ended. Restart the application to start it again.',
    want: { state: 'running', runs: 1 },
  },
  {
    title: 'knows no loop that has ended, or never was',
    action: { loop: 'Jobs.queue', action: 'trigger' },
    wantStatus: 404,
    wantMessage: "There is no loop 'Jobs.queue'. It may have ended, or it has another name.",
  },
  {
    title: 'knows no loop that is called as what every object has',
    action: { loop: '__proto__', action: 'pause' },
    wantStatus: 404,
    wantMessage: "There is no loop '__proto__'. It may have ended, or it has another name.",
  },
];

describe.each(PLATFORMS)('POST actions on %s', (platform) => {
  it.each(rows)('$title', async ({ before, action, wantStatus = 200, wantCode, wantMessage, want = {} }) => {
    const booted = await subject(platform);
    await before?.(booted);
    const { status, instance, message, code } = await booted.act(action);
    expect({ status, message, code }).toEqual({ status: wantStatus, message: wantMessage, code: wantCode });
    expect(instance).toMatch(new RegExp(`-${process.pid}-[0-9a-f]{4}$`));
    const info = booted.registry.get(action.loop ?? '')?.info() ?? {};
    expect(info).toMatchObject(want);
  });

  it('runs a loop once for each trigger that it accepts', async () => {
    const booted = await subject(platform);
    for (const runs of [2, 3, 4]) {
      // oxlint-disable-next-line no-await-in-loop -- one after the other
      expect(await booted.act({ loop: 'Jobs.quick', action: 'trigger' })).toMatchObject({ status: 200 });
      // oxlint-disable-next-line no-await-in-loop -- one after the other
      await booted.clock.advance(0);
      expect(infoOf(booted, 'Jobs.quick').runs).toBe(runs);
    }
  });

  it('shows in the next data what it has done, though the clock stands still', async () => {
    const booted = await subject(platform);
    const states = async (): Promise<unknown> => {
      const { body } = await ask(`${booted.origin}/loops/data?q=quick`);
      return (JSON.parse(body) as { loops: LoopInfo[] }).loops.map(({ state }) => state);
    };
    expect(await states()).toEqual(['waiting']);
    await booted.act({ loop: 'Jobs.quick', action: 'pause' });
    expect(await states()).toEqual(['paused']);
    await booted.act({ loop: 'Jobs.quick', action: 'resume' });
    expect(await states()).toEqual(['waiting']);
  });

  it('acts for the instance that it is, and for no other', async () => {
    const booted = await subject(platform);
    const { body } = await ask(`${booted.origin}/loops/data`);
    const { instance } = JSON.parse(body) as { instance: string };
    const pause: Partial<PageAction> = { loop: 'Jobs.quick', action: 'pause' };
    expect(await booted.act({ ...pause, instance: 'web-2' })).toEqual({
      status: 409,
      instance,
      message: `This loop is on web-2, but ${instance} answered. Open web-2, or try again.`,
    });
    expect(infoOf(booted, 'Jobs.quick').paused).toBe(false);
    expect(await booted.act({ ...pause, instance })).toMatchObject({ status: 200 });
    expect(infoOf(booted, 'Jobs.quick').paused).toBe(true);
  });

  it.each<[title: string, body: unknown, want: string | RegExp]>([
    ['a list', [], 'An action is a JSON object: { "loop": "…", "action": "pause" }. This is [].'],
    ['a text', 'pause', /JSON/],
    ['nothing', null, /JSON/],
    ['an empty object', {}, 'The action must be one of pause, resume, trigger, not undefined.'],
    [
      'an action that it does not have',
      { loop: 'Jobs.quick', action: 'stop' },
      "The action must be one of pause, resume, trigger, not 'stop'.",
    ],
    [
      'an action that every object has',
      { loop: 'Jobs.quick', action: 'toString' },
      "The action must be one of pause, resume, trigger, not 'toString'.",
    ],
    [
      'an action in a list',
      { loop: 'Jobs.quick', action: ['pause'] },
      "The action must be one of pause, resume, trigger, not [ 'pause' ].",
    ],
    [
      'a member that it does not have',
      { loop: 'Jobs.quick', action: 'pause', reason: 'incident 42' },
      "An action has no member 'reason'; it has loop, action, instance, note.",
    ],
    [
      'a member whose name is wrong, before the one that is missing',
      { loop: 'Jobs.quick', acton: 'pause' },
      "An action has no member 'acton'; it has loop, action, instance, note.",
    ],
    ['no loop', { action: 'pause' }, 'The loop must be the name of a loop, not undefined.'],
    ['a loop that is a number', { loop: 1, action: 'pause' }, 'The loop must be the name of a loop, not 1.'],
    [
      'an instance that is a number',
      { loop: 'Jobs.quick', action: 'pause', instance: 1 },
      'The instance must be the name of a replica, not 1.',
    ],
    [
      'an instance without a name',
      { loop: 'Jobs.quick', action: 'pause', instance: '' },
      "The instance must be the name of a replica, not ''.",
    ],
    [
      'a note that is a list',
      { loop: 'Jobs.quick', action: 'pause', note: ['why'] },
      "The note must be a text, not [ 'why' ].",
    ],
    [
      'a note that is null, as a script may send it',
      { loop: 'Jobs.quick', action: 'pause', note: null },
      'The note must be a text, not null.',
    ],
    [
      'a note that is too long',
      { loop: 'Jobs.quick', action: 'pause', note: 'x'.repeat(501) },
      'The note must be a text of at most 500 characters. Make it shorter.',
    ],
  ])('refuses %s with 400, and does nothing', async (_title, body, want) => {
    const booted = await subject(platform);
    const answer = await act(`${booted.origin}/loops`, body as object);
    expect(answer.status).toBe(400);
    const { message } = JSON.parse(answer.body) as PageAnswer;
    expect(message).toEqual(typeof want === 'string' ? want : expect.stringMatching(want));
    expect(booted.registry.list().filter(({ paused }) => paused)).toEqual([]);
  });

  it('says first what is wrong with the request, then with the action, then with the loop', async () => {
    const { origin } = await subject(platform);
    const { origin: readOnly } = await serve(platform, { page: { access: () => 'read' } });
    const nothing = { instance: 'web-2', loop: 'no', action: 'no' };
    const statusOf = async (page: string, action: object, headers = FROM_THE_PAGE): Promise<unknown> => {
      const { status, body } = await act(`${page}/loops`, action, headers);
      return [status, (JSON.parse(body) as PageAnswer).message.split(' ').slice(0, 4).join(' ')];
    };
    const text = { 'content-type': 'text/plain' };
    expect(await statusOf(readOnly, nothing, text)).toEqual([403, 'You may look at']);
    expect(await statusOf(origin, nothing, text)).toEqual([415, 'An action is JSON.']);
    const json = { 'content-type': 'application/json', 'sec-fetch-site': 'cross-site' };
    expect(await statusOf(origin, nothing, json)).toEqual([403, 'An action needs the']);
    const own = { ...json, 'x-nestjs-wait': '1' };
    expect(await statusOf(origin, nothing, own)).toEqual([403, 'This request comes from']);
    expect(await statusOf(origin, nothing)).toEqual([400, 'The action must be']);
    expect(await statusOf(origin, { ...nothing, action: 'pause' })).toEqual([409, 'This loop is on']);
    expect(await statusOf(origin, { loop: 'no', action: 'pause' })).toEqual([404, 'There is no loop']);
  });

  it.each<[what: string, end: (subject: Subject) => Promise<unknown>]>([
    ['the lease is lost', ({ lease, ...replica }) => lease.take(replica)],
    ['the loop is stopped', ({ registry, clock }) => Promise.all([stopAll(registry), clock.advance(60_000)])],
    ['the application is closed', ({ close }) => close()],
    ['nobody waits any longer', ({ clock }) => clock.advance(60_000)],
  ])(
    'leaves no rejection behind, if a run that it has accepted never begins since %s',
    async (_what, end) => {
      const unhandled = jest.fn();
      process.on('unhandledRejection', unhandled);
      const booted = await subject(platform);
      const { service, clock } = booted;
      service.until(() => clock.sleep(40_000), { name: 'long', period: '10s', leaderOnly: true });
      await clock.advance(0);
      expect(await booted.act({ loop: 'long', action: 'trigger' })).toMatchObject({ status: 200 });
      expect(await booted.act({ loop: 'long', action: 'pause' })).toMatchObject({ status: 200 });
      await end(booted);
      await ask(`${booted.origin}/loops/data`).catch(() => undefined); // a turn of the event loop, and more
      process.off('unhandledRejection', unhandled);
      expect(unhandled).not.toHaveBeenCalled();
    },
  );
});

async function stopAll(registry: Served['registry']): Promise<void> {
  await Promise.all(registry.list().map(async ({ name }) => registry.get(name)?.stop()));
}
