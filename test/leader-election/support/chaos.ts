import { monitorEventLoopDelay } from 'node:perf_hooks';
import { afterAll, afterEach, beforeAll, expect, jest } from '@jest/globals';
import { Build } from '../../support/build.js';
import { boundsOf, type Bounds } from './bounds.js';
import { Candidate, DURATIONS, type Campaign, type Durations, type ServerName } from './candidates.js';
import { complaintsAbout, disorderOf, overlapOf } from './end-check.js';
import { chosenEngines, type Engine } from './engines/engine.js';
import { sleep, until } from './processes.js';
import { prepare, untilRecordNames } from './record.js';
import { SERVERS, type Mend, type ServerFault } from './server-faults.js';
import { STARTERS } from './engines/starters.js';
import { newName } from './subjects/subject.js';
import { GAP, now } from './work.js';

jest.setTimeout(180_000);

/** Milliseconds by which each direction of a link is slow while a reply must still be on its way. */
const SLOW = 100;

export const engines = chosenEngines().filter((name) => name !== 'memory');

let build: Build;

beforeAll(() => {
  build = new Build();
});

afterAll(() => build?.remove());

/** Starts the engine for the tests of the `describe` that calls this, and checks the end of every test. */
export function chaosOn(engineName: ServerName): Chaos {
  const chaos = new Chaos(engineName);
  beforeAll(() => chaos.open());
  afterEach(() => chaos.end());
  afterAll(() => chaos.close());
  return chaos;
}

/** Candidates of one test, on a server of one test file. */
export class Chaos {
  candidates: Candidate[] = [];
  engine!: Engine;
  readonly durations: Durations;
  readonly bounds: Bounds;
  private readonly lateness = monitorEventLoopDelay({ resolution: 10 });
  private campaign!: Campaign;
  private started = 0;
  private readonly mends = new Set<Mend>();
  private connectionsBefore = 0;

  constructor(readonly engineName: ServerName) {
    this.durations = DURATIONS[engineName];
    this.bounds = boundsOf(engineName);
  }

  async open(): Promise<void> {
    this.lateness.enable();
    this.engine = await STARTERS[this.engineName]();
    await this.engine.start();
    await prepare(this.engine);
  }

  async close(): Promise<void> {
    this.lateness.disable();
    await this.engine?.close(); // there is none when its start failed
  }

  /** Starts candidates, and returns the one that leads the first election. It has renewed by then. */
  async start(
    count: number,
    { elections = 1, openWindows = false }: { elections?: number; openWindows?: boolean } = {},
  ): Promise<Candidate> {
    const names = Array.from({ length: elections }, newName);
    this.campaign = { engine: this.engine, elections: names, build: build.folder, openWindows };
    this.connectionsBefore = await this.connections();
    await Promise.all(Array.from({ length: count }, () => this.add()));
    const leader = await this.leader();
    await sleep(this.durations.retryPeriod * 3);
    this.lateness.reset();
    return leader;
  }

  /** Starts another candidate. */
  async add(): Promise<Candidate> {
    const way = this.started++;
    const candidate = await Candidate.start(`candidate-${way}`, way, this.campaign);
    this.candidates.push(candidate);
    await candidate.says('ready');
    return candidate;
  }

  /**
   * Starts a leader and another candidate, and kills the leader. Returns the other one when it has won and does
   * not know: the reply to its write is on its way for up to {@link SLOW} milliseconds.
   */
  async startWinner(): Promise<Candidate> {
    const leader = await this.start(1);
    const winner = await this.add();
    await sleep(this.durations.leaseDuration); // it has connected
    winner.proxy.set({ delay: SLOW });
    leader.kill();
    await untilRecordNames(winner.identity, this.engine, this.campaign.elections[0]!);
    return winner;
  }

  /** Breaks something at the server. Returns how to mend it; the end of the test mends it otherwise. */
  async breakServer(fault: ServerFault): Promise<Mend> {
    const mend = await fault(this.engine);
    const mendOnce = async (): Promise<void> => {
      if (this.mends.delete(mendOnce)) {
        await mend();
      }
    };
    this.mends.add(mendOnce);
    return mendOnce;
  }

  /** Waits until a candidate works in an election, and returns it. */
  async leader(election = 0): Promise<Candidate> {
    let leader: Candidate | undefined;
    await until('a leader', () => {
      leader = this.candidates.find(({ works }) => works[election]!.last > now() - GAP);
      return leader !== undefined;
    });
    return leader!;
  }

  /** Waits until a candidate works that is not the last leader, and expects that it has begun in time. */
  async expectTakeOver(
    scenario: string,
    last: Candidate | undefined,
    since: number,
    { within = this.bounds.takeOver, election = 0 }: { within?: number; election?: number } = {},
  ): Promise<void> {
    let first = Infinity;
    await until('a take-over', () => {
      const others = this.candidates.filter((candidate) => candidate !== last);
      const begins = others.map(({ works }) => works[election]!.pieces.find((at) => at > since) ?? Infinity);
      first = Math.min(...begins);
      return first < Infinity;
    });
    const took = first - since;
    // A busy machine is as late for the candidates, for each of about three steps, as for this process.
    expect(took).toBeLessThan(within + this.late(3));
    this.note(`${scenario}: the next leader worked after ${took.toFixed(0)} ms`);
  }

  /** Expects that nobody has worked for longer, after renewals became impossible, than a leader may then. */
  expectFenced(since: number): void {
    const last = Math.max(...this.candidates.flatMap(({ works }) => works.map((work) => work.last)));
    expect(last - since).toBeLessThan(this.durations.renewDeadline + 50 + this.late(1));
  }

  /** How many connections the server has open. */
  connections(): Promise<number> {
    return SERVERS[this.engineName].connections(this.engine);
  }

  /** Prints a figure of a test. */
  note(text: string): void {
    process.stdout.write(`${this.engineName}: ${text}\n`);
  }

  /**
   * Mends server and network, and tells the survivors to end. Expects that:
   * 1. Every process ends by itself, in time, and has written nothing of an unhandled rejection.
   * 2. None has had more connections open than it needs, and the server has none left.
   * 3. No two candidates have worked at once in an election.
   * 4. The token of every term is greater than that of the term before.
   */
  async end(): Promise<void> {
    const candidates = this.candidates.splice(0);
    if (candidates.length === 0) {
      return;
    }
    await Promise.all([...this.mends].map((mend) => mend()));
    candidates.forEach(({ proxy }) => proxy.set('pass'));
    for (const candidate of candidates) {
      candidate.tellToEnd();
      candidate.goOn();
    }
    const { elections, openWindows } = this.campaign;
    const limits = {
      within: this.bounds.ending + this.late(3),
      connections: this.bounds.connections * elections.length,
    };
    const complaints = await Promise.all(candidates.map((candidate) => complaintsAbout(candidate, limits)));
    expect(complaints.flat()).toEqual([]);
    if (!openWindows) {
      expect(overlapOf(candidates)).toBe(0);
      expect(disorderOf(candidates)).toEqual([]);
    }
    const areClosed = async (): Promise<boolean> => (await this.connections()) <= this.connectionsBefore;
    await until(`${this.connectionsBefore} connections at the server`, areClosed, { timeout: 10_000 });
  }

  /** Milliseconds by which a busy machine was late, at most, for each of some steps. */
  private late(steps: number): number {
    return (steps * this.lateness.max) / 1e6;
  }
}
