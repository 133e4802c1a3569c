import { InMemoryLock } from 'nestjs-wait/leader-election';
import type { Mistake } from '../support/mistake.js';
import { refusesOptions, type OptionsRow } from '../support/module-options.js';

const locks: readonly OptionsRow[] = [
  {
    title: 'a leader election that is null',
    options: { leaderElection: null },
    wantWords: ['leaderElection', 'null', 'lock'],
  },
  {
    title: 'a leader election that is a number',
    options: { leaderElection: 5 },
    wantWords: ['leaderElection', '5', 'lock'],
  },
  {
    title: 'a leader election that is a string',
    options: { leaderElection: 'postgres' },
    wantWords: ['leaderElection', "'postgres'", 'lock'],
  },
  {
    title: 'a leader election that is true',
    options: { leaderElection: true },
    wantWords: ['leaderElection', 'true', 'lock'],
  },
  {
    title: 'a list of no election',
    options: { leaderElection: [null] },
    wantWords: ['leaderElection', 'null', 'lock'],
  },
  {
    title: 'a leader election without a lock',
    options: { leaderElection: {} },
    wantWords: [/leader ?election/i, 'lock'],
  },
  {
    title: 'a lock that is empty',
    options: { leaderElection: { lock: {} } },
    wantWords: [/leader ?election/i, 'lock', 'get'],
  },
  ...(['identity', 'describe'] as const).map((method) => ({
    title: `a lock whose ${method}() throws`,
    options: {
      leaderElection: {
        lock: Object.assign(new InMemoryLock(), {
          [method]: () => {
            throw new Error('no name');
          },
        }),
      },
    },
    wantWords: [/leader ?election/i, 'lock', 'no name', 'identity()'],
  })),
  {
    title: 'a lock that an earlier application has closed',
    options: { leaderElection: { lock: Object.assign(new InMemoryLock(), { closed: true }) } },
    wantWords: [/leader election 'default'/, 'closed', 'new lock'],
    wantCode: 'WAIT_ERR_LOCK_CLOSED',
  },
  {
    title: 'a lock that is null',
    options: { leaderElection: { lock: null } },
    wantWords: [/leader ?election/i, 'lock'],
  },
  {
    title: 'a lock that is a string',
    options: { leaderElection: { lock: 'redis://' } },
    wantWords: [/leader ?election/i, 'lock', "'redis://'"],
  },
  {
    title: 'a class instead of a lock',
    options: { leaderElection: { lock: InMemoryLock } },
    wantWords: [/leader ?election/i, 'lock', 'InMemoryLock'],
  },
  {
    title: 'a promise instead of a lock',
    options: { leaderElection: { lock: Promise.resolve() } },
    wantWords: [/leader ?election/i, 'lock', 'Promise'],
  },
  {
    title: 'two elections of one name',
    options: { leaderElection: [{ lock: new InMemoryLock() }, { lock: new InMemoryLock() }] },
    wantWords: ['leaderElection', 'name'],
  },
  {
    title: 'a lease that is shorter than its deadline',
    options: { leaderElection: { lock: new InMemoryLock(), leaseDuration: '5s' } },
    wantWords: ['leaseDuration', '5s', 'renewDeadline', '10s'],
  },
  {
    title: 'a deadline that leaves no time to retry',
    options: { leaderElection: { lock: new InMemoryLock(), retryPeriod: '9s' } },
    wantWords: ['renewDeadline', 'retryPeriod', '9s'],
  },
  {
    title: 'a retry period of zero',
    options: { leaderElection: { lock: new InMemoryLock(), retryPeriod: 0 } },
    wantWords: ['retryPeriod', '0'],
  },
];

const options: readonly OptionsRow[] = [
  {
    title: 'a lease of digits alone',
    options: { leaderElection: { lock: new InMemoryLock(), leaseDuration: '15' } },
    wantWords: ['leaseDuration', "'15s'"],
    wantCode: 'WAIT_ERR_INVALID_DURATION',
  },
  {
    title: 'an option that no election has',
    options: { leaderElection: { lock: new InMemoryLock(), ttl: 5 } },
    wantWords: ["'ttl'", 'leaseDuration'],
  },
  {
    title: 'an election with a name that is a number',
    options: { leaderElection: { lock: new InMemoryLock(), name: 5 } },
    wantWords: [/leader ?election/i, 'name', '5'],
  },
  {
    title: 'an election with an empty name',
    options: { leaderElection: { lock: new InMemoryLock(), name: '' } },
    wantWords: [/leader ?election/i, 'name', "''"],
  },
  {
    title: 'releaseOnCancel in words',
    options: { leaderElection: { lock: new InMemoryLock(), releaseOnCancel: 'no' } },
    wantWords: ['releaseOnCancel', "'no'"],
  },
];

export const elections: readonly Mistake[] = [
  ...locks.map((row) => refusesOptions({ wantCode: 'WAIT_ERR_LEADER_ELECTION', ...row })),
  ...options.map(refusesOptions),
];
