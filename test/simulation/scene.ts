import type { LockedRecord } from 'nestjs-wait/leader-election';
import { FakeClock } from 'nestjs-wait/testing';
import { Random } from '../leader-election/support/random.js';
import { couldNotKnowOf } from './checks/excuse.js';
import { LEADER_OBEYS, leadsAllTheSame } from './checks/obeys.js';
import { leavesItsName, ORDERLY_END } from './checks/orderly-end.js';
import { NO_TWO_AT_ONCE, overlap } from './checks/overlap.js';
import {
  RELEASE_COMES_LAST,
  RELEASE_IS_OF_ONES_OWN,
  releasesAnother,
  releasesTooEarly,
} from './checks/release.js';
import { isCalledStuck, NOT_CALLED_STUCK } from './checks/stuck.js';
import {
  ONE_TERM_AT_A_TIME,
  NOTHING_BEGINS_WITHOUT_LEASE,
  isNotTold,
  RUNS_ARE_TOLD,
  runBeginsOutsideTerm,
  runBeginsTooEarly,
  TERM_ENDS_AFTER_ITS_RUNS,
  termBeginsTooEarly,
  termBeginsWithoutLease,
  termEndsTooEarly,
  termEndsTooOften,
  termIsNotReported,
} from './checks/terms.js';
import {
  DRAIN_KEEPS_THE_LEASE,
  GreatestTokens,
  leaseIsLostInDrain,
  RESOURCE_SEES_NO_OLD_TOKEN,
  RUN_KEEPS_ITS_TOKEN,
  tokenDoesNotGrow,
  tokenIsLost,
  tokenIsOld,
  TOKENS_GROW,
} from './checks/tokens.js';
import { Engine } from './engine.js';
import type { FaultKind, History } from './history.js';
import type { ObservedProcess, Run } from './observed.js';
import { grace } from './timing.js';
import type { LockCall } from './watched-lock.js';

/** Writes a line of the timeline. */
export type Note = (who: string, what: string) => void;

/** Begins the line of the timeline where a rule is broken. */
export const BROKEN = 'BROKEN';

/** A rule that was broken. */
export interface Violation {
  /** The rule, as a sentence. */
  readonly rule: string;
  readonly finding: string;
}

/** What all processes of a history share, and the judge of what they do. */
export class Scene {
  readonly world = new FakeClock();
  readonly engine = new Engine();
  readonly noise: Random;
  readonly grace: number;
  readonly processes: ObservedProcess[] = [];
  /** The first of each rule. */
  readonly violations: Violation[] = [];
  runs = 0;
  effects = 0;
  terms = 0;
  messagesLost = 0;
  readonly faults: FaultKind[] = [];
  private noises = 0;
  private readonly ofTerms = new GreatestTokens();
  private readonly ofEffects = new GreatestTokens();

  /** @param note - Receives the timeline, if anybody wants it. */
  constructor(
    readonly history: History,
    readonly note: Note | undefined,
  ) {
    this.noise = this.newNoise();
    this.grace = grace(history);
  }

  /** Each process has its own noise, so that it changes little when a fault of another is left out. */
  newNoise(): Random {
    return new Random(this.history.noise + this.noises++ * 0x9e3779b1);
  }

  /** Records that a rule was broken, if there is a finding. */
  judge(rule: string, finding: string | undefined): void {
    if (finding !== undefined) {
      this.note?.(BROKEN, `${rule} But ${finding}`);
      if (!this.violations.some((violation) => violation.rule === rule)) {
        this.violations.push({ rule, finding });
      }
    }
  }

  messageLost(sender: string): void {
    this.messagesLost++;
    this.note?.(sender, 'a message is lost');
  }

  termBegins(process: ObservedProcess, token: string | undefined): void {
    this.terms++;
    this.note?.(process.identity, `LEADS with token ${token}`);
    this.judge(ONE_TERM_AT_A_TIME, termBeginsTooEarly(process));
    this.judge(NOTHING_BEGINS_WITHOUT_LEASE, termBeginsWithoutLease(process));
    this.judge(TOKENS_GROW, tokenDoesNotGrow(process, token, this.ofTerms));
  }

  /** The callback `onStoppedLeading` is called. */
  termEnds(process: ObservedProcess): void {
    this.note?.(process.identity, 'has STOPPED leading');
    this.judge(TERM_ENDS_AFTER_ITS_RUNS, termEndsTooEarly(process));
    this.judge(TERM_ENDS_AFTER_ITS_RUNS, termEndsTooOften(process));
  }

  runBegins(run: Run): void {
    this.runs++;
    this.note?.(run.process.identity, `${run.loop} begins a ${run.manner} run`);
    this.judge(ONE_TERM_AT_A_TIME, runBeginsTooEarly(run));
    this.judge(NOTHING_BEGINS_WITHOUT_LEASE, runBeginsOutsideTerm(run));
    this.judge(NO_TWO_AT_ONCE, overlap(run, this.processes));
  }

  acts(run: Run): void {
    this.effects++;
    this.note?.(run.process.identity, `${run.loop} has an effect with token ${run.token}`);
    this.judge(NO_TWO_AT_ONCE, overlap(run, this.processes));
    this.judge(RUNS_ARE_TOLD, isNotTold(run));
    this.judge(RUN_KEEPS_ITS_TOKEN, tokenIsLost(run));
    this.judge(
      DRAIN_KEEPS_THE_LEASE,
      leaseIsLostInDrain(run, this.engine.record?.holderIdentity, this.world.now(), this.history),
    );
    this.judge(RESOURCE_SEES_NO_OLD_TOKEN, tokenIsOld(run, this.ofEffects));
  }

  /** A candidate sends a request to the engine. */
  asks(process: ObservedProcess): void {
    this.judge(NOT_CALLED_STUCK, isCalledStuck(process));
  }

  /** The engine has accepted a write. */
  written(
    process: ObservedProcess,
    call: LockCall,
    before: LockedRecord | undefined,
    after: LockedRecord,
  ): void {
    const { engine } = this;
    const { account, identity } = process;
    // A version that came back lets a write pass that was meant for a record of long ago.
    const isBlind = before !== undefined && call.informedAt < engine.lastForgotten;
    if (isBlind) {
      engine.lastLoss = engine.sequence;
      engine.epoch++;
    }
    const former = before?.record.holderIdentity;
    if (after.record.holderIdentity === '') {
      this.note?.(identity, 'RELEASES the lease');
      if (!isBlind) {
        this.judge(RELEASE_IS_OF_ONES_OWN, releasesAnother(process, former ?? ''));
        this.judge(RELEASE_COMES_LAST, releasesTooEarly(process));
      }
      return;
    }
    account.claim = { fence: call.sent + this.history.renewDeadline, at: engine.sequence };
    if (former !== identity) {
      this.note?.(identity, `WINS the lease of ${former ?? 'an absent record'}`);
      this.excuseTheOvertaken(process, call);
    }
  }

  /** A candidate has read that another leads, or nobody. */
  isToldOff(process: ObservedProcess, leader: string | undefined): void {
    this.note?.(process.identity, `reads that ${leader || 'nobody'} leads`);
    const judge = (): void => this.judge(LEADER_OBEYS, leadsAllTheSame(process));
    this.world.newTimer(judge).reset(0);
  }

  settled(process: ObservedProcess): void {
    const { engine, world, history } = this;
    this.note?.(process.identity, 'run() has settled');
    this.judge(ORDERLY_END, leavesItsName(process, engine.record?.holderIdentity, world.now(), history));
    this.judge(TERM_ENDS_AFTER_ITS_RUNS, termIsNotReported(process));
  }

  private excuseTheOvertaken(winner: ObservedProcess, call: LockCall): void {
    for (const other of this.processes) {
      if (other !== winner && couldNotKnowOf(other, call, this.engine, this.grace)) {
        this.note?.(other.identity, `is overtaken by ${winner.identity}, which could not know of it`);
        other.account.overtakenAt = this.engine.sequence;
        other.openRuns.forEach((run) => (run.isExcused = true));
      }
    }
  }
}
