import { spawn, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import type { Engine, EngineName } from './engines/engine.js';
import type { Kubernetes } from './engines/kubernetes.js';
import { POSTGRES } from './engines/postgres.js';
import { end, ended, until } from './processes.js';
import { Proxy } from './proxy.js';
import { now, Work } from './work.js';

export interface Durations {
  readonly leaseDuration: number;
  readonly renewDeadline: number;
  readonly retryPeriod: number;
}

export type ServerName = Exclude<EngineName, 'memory'>;

/** As short as each engine keeps steady on a loaded machine with two cores. A Lease lasts whole seconds. */
export const DURATIONS: Readonly<Record<ServerName, Durations>> = {
  postgres: { leaseDuration: 1000, renewDeadline: 700, retryPeriod: 150 },
  redis: { leaseDuration: 1000, renewDeadline: 700, retryPeriod: 150 },
  kubernetes: { leaseDuration: 3000, renewDeadline: 2000, retryPeriod: 500 },
};

const LOCK_OPTIONS = {
  postgres: (_engine: Engine, name: string, port: number) => ({
    name,
    connection: { ...POSTGRES, host: '127.0.0.1', port },
  }),
  redis: (_engine: Engine, key: string, port: number) => ({ key, url: `redis://127.0.0.1:${port}` }),
  kubernetes: (engine: Engine, name: string, port: number) => ({
    name,
    namespace: 'default',
    config: (engine as Kubernetes).config({ port }),
  }),
};

/** What all candidates of a test have in common. */
export interface Campaign {
  readonly engine: Engine;
  /** The names of the elections in which every candidate takes part. */
  readonly elections: readonly string[];
  /** The folder with the library as JavaScript. */
  readonly build: string;
  /** Whether the four rules against two leaders are switched off. */
  readonly openWindows: boolean;
}

/** A child process that campaigns, with its own network to the server, which a test can break. */
export class Candidate {
  /** What it did in each election. */
  readonly works: readonly Work[];
  readonly words: string[] = [];
  /** What it has written to stderr. */
  output = '';
  /** The largest number of connections that it has had open at once. */
  mostConnections = 0;
  /** Whether the test has ended it by force. */
  isKilled = false;
  private toldToEnd: number | undefined;
  private endedAt = Infinity;
  private readonly sampling: NodeJS.Timeout;

  private constructor(
    readonly identity: string,
    readonly process: ChildProcess,
    readonly proxy: Proxy,
    elections: number,
  ) {
    this.works = Array.from({ length: elections }, () => new Work(identity));
    let rest = '';
    process.stdout?.on('data', (chunk: Buffer) => {
      const lines = (rest + chunk.toString()).split('\n');
      rest = lines.pop() ?? '';
      lines.forEach((line) => this.read(line.split(' ')));
    });
    process.stderr?.on('data', (chunk: Buffer) => {
      this.output += chunk.toString();
    });
    void ended(process).then(() => {
      this.endedAt = now();
    });
    this.sampling = setInterval(() => {
      this.mostConnections = Math.max(this.mostConnections, proxy.openConnections);
    }, 10);
  }

  /** @param way - Which of the ways to make a lock it takes, by number (see `ways.mjs`). */
  static async start(identity: string, way: number, campaign: Campaign): Promise<Candidate> {
    const { engine, elections, build, openWindows } = campaign;
    const engineName = engine.name as ServerName;
    const proxy = await Proxy.to(engine.port);
    const lockOptions = (name: string): object => ({
      ...LOCK_OPTIONS[engineName](engine, name, proxy.port),
      identity,
    });
    const options = {
      build,
      engine: engineName,
      way,
      elections: elections.map(lockOptions),
      openWindows,
      ...DURATIONS[engineName],
    };
    const script = join(__dirname, 'candidate.mjs');
    const child = spawn(process.execPath, [script, JSON.stringify(options)], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    return new Candidate(identity, child, proxy, elections.length);
  }

  kill(): void {
    this.isKilled = true;
    this.process.kill('SIGKILL');
  }

  pause(): void {
    this.process.kill('SIGSTOP');
  }

  goOn(): void {
    this.process.kill('SIGCONT');
  }

  /** Tells it to end by itself, once: in the middle of its exit, Node no longer listens to signals. */
  tellToEnd(): void {
    if (this.toldToEnd === undefined) {
      this.toldToEnd = now();
      this.process.kill('SIGTERM');
    }
  }

  /** Whether the test has told or forced it to end. */
  get isLeaving(): boolean {
    return this.isKilled || this.toldToEnd !== undefined;
  }

  get hasEnded(): boolean {
    return this.endedAt < Infinity;
  }

  /** How many milliseconds it took to end after it had been told to; `Infinity` when it did not. */
  get endedAfter(): number {
    return this.endedAt - (this.toldToEnd ?? Infinity);
  }

  /** Waits until it has printed a word. */
  says(word: string): Promise<void> {
    return until(`${this.identity} says ${word}`, () => {
      const hasSaid = this.words.includes(word);
      if (this.hasEnded && !hasSaid) {
        throw new Error(`${this.identity} has ended and has not said ${word}.\n${this.output}`);
      }
      return hasSaid;
    });
  }

  /** Waits until it has ended by itself. */
  ends(): Promise<void> {
    return until(`${this.identity} ends`, () => this.hasEnded, { timeout: 15_000 });
  }

  async close(): Promise<void> {
    await end(this.process, 'SIGKILL');
    clearInterval(this.sampling);
    this.proxy.close();
  }

  private read([word, election, at, token]: string[]): void {
    const work = this.works[Number(election)];
    const time = Number(at) / 1e6;
    if (word === 'work') {
      work?.pieces.push(time);
    } else if (word === 'term') {
      work?.terms.push({ at: time, token: BigInt(token as string) });
    } else {
      this.words.push(word as string);
    }
  }
}
