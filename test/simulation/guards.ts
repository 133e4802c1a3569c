import { RELEASE_COMES_LAST, RELEASE_IS_OF_ONES_OWN } from './checks/release.js';
import { LEADER_OBEYS } from './checks/obeys.js';
import { ORDERLY_END } from './checks/orderly-end.js';
import { SOMEBODY_LEADS } from './checks/liveness.js';
import { NOT_CALLED_STUCK } from './checks/stuck.js';
import { EVERYTHING_SETTLES } from './checks/settles.js';
import { NO_TWO_AT_ONCE } from './checks/overlap.js';
import {
  ONE_TERM_AT_A_TIME,
  RUNS_ARE_TOLD,
  NOTHING_BEGINS_WITHOUT_LEASE,
  TERM_ENDS_AFTER_ITS_RUNS,
} from './checks/terms.js';
import { DRAIN_KEEPS_THE_LEASE, RUN_KEEPS_ITS_TOKEN } from './checks/tokens.js';

/** A text of the source, and what replaces it. */
export interface Edit {
  readonly file: string;
  readonly from: string;
  readonly to: string;
}

/** A rule or a guard of the elector, and what the simulation says when it is taken out. */
export interface Guard {
  readonly withoutIt: string;
  readonly edits: readonly Edit[];
  /** The rule that is broken then. */
  readonly finding: string;
  /** How many seeds may pass until it is found. */
  readonly seeds: number;
}

const ELECTOR = 'src/leader-election/leader-elector.ts';
const TERM = 'src/leader-election/term.ts';
const LEASE = 'src/leader-election/lease.ts';
const IN_MEMORY = 'src/leader-election/in-memory-lock.ts';
const GROUP = 'src/nest/leader/election-group.ts';
const LEADER_ONLY = 'src/nest/leader/leader-only-loop.ts';

/** The four rules by which the elector goes beyond client-go, and then its other guards. */
export const GUARDS: readonly Guard[] = [
  {
    withoutIt: 'leads on although the record names another',
    edits: [{ file: TERM, from: 'if (!this.lease.isMine) {', to: 'if (false) {' }],
    finding: LEADER_OBEYS,
    seeds: 20,
  },
  {
    withoutIt: 'releases the lease before the work has ended',
    edits: [
      {
        file: TERM,
        from: '      if (openWindows) {\n        over.abort();',
        to: '      if (true) {\n        hasEnded = true;\n        over.abort();',
      },
    ],
    finding: RELEASE_COMES_LAST,
    seeds: 20,
  },
  {
    withoutIt: 'releases whatever the record says',
    edits: [{ file: LEASE, from: 'if (this.isMine || (openWindows &&', to: 'if (true || (openWindows &&' }],
    finding: RELEASE_IS_OF_ONES_OWN,
    seeds: 60,
  },
  {
    withoutIt: 'counts the deadline from the reply',
    edits: [
      {
        file: LEASE,
        from: '(openWindows ? clock.now() : sent) + renewDeadline',
        to: 'clock.now() + renewDeadline',
      },
    ],
    finding: RUNS_ARE_TOLD,
    seeds: 60,
  },
  {
    withoutIt: 'takes a lease at once whose record has vanished',
    edits: [{ file: LEASE, from: '      if (!this.isHeldByAnother) {', to: '      {' }],
    finding: NO_TWO_AT_ONCE,
    seeds: 20,
  },
  {
    withoutIt: 'gives the winning write up when it is told to end',
    edits: [{ file: LEASE, from: "this.write(neverStop, 'update'", to: "this.write(ctx, 'update'" }],
    finding: ORDERLY_END,
    seeds: 600,
  },
  {
    withoutIt: 'releases only what it knows to be its own',
    edits: [
      {
        file: LEASE,
        from: 'return this.settings.clock.now() < this.mayHoldUntil;',
        to: 'return this.isMine;',
      },
    ],
    finding: ORDERLY_END,
    seeds: 600,
  },
  {
    withoutIt: 'takes a record for unchanged if its version has come back',
    edits: [{ file: LEASE, from: ' || !isSame(found.record, this.observed)', to: '' }],
    finding: NO_TWO_AT_ONCE,
    seeds: 600,
  },
  {
    withoutIt: 'does not wait for the loops of the term',
    edits: [{ file: GROUP, from: 'if (this.working.size > 0) {', to: 'if (false) {' }],
    finding: TERM_ENDS_AFTER_ITS_RUNS,
    seeds: 20,
  },
  {
    withoutIt: 'has no token while runs are drained',
    edits: [{ file: ELECTOR, from: 'return this.isLeader() ?', to: 'return this.mayRun() ?' }],
    finding: RUN_KEEPS_ITS_TOKEN,
    seeds: 20,
  },
  {
    withoutIt: 'calls onStoppedLeading when the term is told to end',
    edits: [
      { file: TERM, from: 'await events.call(() => callbacks.onStoppedLeading(), signal);', to: '' },
      {
        file: TERM,
        from: '        resolve();',
        to: '        resolve();\n        void callbacks.onStoppedLeading();',
      },
    ],
    finding: TERM_ENDS_AFTER_ITS_RUNS,
    seeds: 20,
  },
  {
    withoutIt: 'lets a run begin without a look at the clock',
    edits: [{ file: LEADER_ONLY, from: 'mayRun: () => group.mayRun,', to: 'mayRun: () => true,' }],
    finding: NOTHING_BEGINS_WITHOUT_LEASE,
    seeds: 60,
  },
  {
    withoutIt: 'writes over whatever the engine has',
    edits: [{ file: IN_MEMORY, from: 'if (old?.raw !== raw) {', to: 'if (false) {' }],
    finding: NO_TWO_AT_ONCE,
    seeds: 20,
  },
  {
    withoutIt: 'does not end the term when its fence passes',
    edits: [{ file: TERM, from: 'AsyncResource.bind(() => this.lose(TOO_LATE))', to: '() => {}' }],
    finding: RUNS_ARE_TOLD,
    seeds: 60,
  },
  {
    withoutIt: 'believes in its lease after its fence has passed',
    edits: [{ file: TERM, from: 'clock.now() >= this.lease.fence', to: 'false' }],
    finding: NO_TWO_AT_ONCE,
    seeds: 60,
  },
  {
    withoutIt: 'begins a term whose fence has passed',
    edits: [{ file: ELECTOR, from: ' && clock.now() < this.lease.fence', to: '' }],
    finding: NOTHING_BEGINS_WITHOUT_LEASE,
    seeds: 100,
  },
  {
    withoutIt: 'begins a term while a stubborn run of the last one goes on',
    edits: [
      {
        file: ELECTOR,
        from: 'await unlessAborted(ctx, Promise.resolve(this.term?.work)).catch(() => {});',
        to: '',
      },
    ],
    finding: ONE_TERM_AT_A_TIME,
    seeds: 300,
  },
  {
    withoutIt: 'does not notice that the last loop of a term has ended',
    edits: [{ file: GROUP, from: 'this.resolveIdle?.();', to: '' }],
    finding: EVERYTHING_SETTLES,
    seeds: 100,
  },
  {
    withoutIt: 'waits too long for a lease that nobody renews',
    edits: [
      {
        file: LEASE,
        from: '!this.isMine && this.expiredFor < 0',
        to: '!this.isMine && this.expiredFor < 9000',
      },
    ],
    finding: SOMEBODY_LEADS,
    seeds: 100,
  },
  {
    withoutIt: 'takes the lease a tenth too early',
    edits: [{ file: LEASE, from: '?? 0) * 1000', to: '?? 0) * 900' }],
    finding: NO_TWO_AT_ONCE,
    seeds: 300,
  },
  {
    withoutIt: 'renews no more when the term has ended',
    edits: [
      {
        file: TERM,
        from: '(ctx) => this.renew(ctx)',
        to: '(ctx) => this.renew(AbortSignal.any([ctx, this.signal]))',
      },
    ],
    finding: DRAIN_KEEPS_THE_LEASE,
    seeds: 400,
  },
  {
    withoutIt: 'releases the lease of a stuck leader that is told to end',
    edits: [
      {
        file: ELECTOR,
        from: 'if (this.term === undefined) {\n        await this.giveBack(0)',
        to: '{\n        await this.giveBack(0)',
      },
    ],
    finding: RELEASE_COMES_LAST,
    seeds: 2000,
  },
  {
    withoutIt: 'is called stuck because its engine is down',
    edits: [{ file: ELECTOR, from: 'this.term !== undefined && lapsedFor', to: 'lapsedFor' }],
    finding: NOT_CALLED_STUCK,
    seeds: 20,
  },
];
