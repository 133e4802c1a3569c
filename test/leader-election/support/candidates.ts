import { spawn, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import type { Engine, EngineName } from './engines/engine.js';
import type { Kubernetes } from './engines/kubernetes.js';
import { POSTGRES } from './engines/postgres.js';
import { ended, until } from './processes.js';
import { Proxy } from './proxy.js';

/** Pieces of work that are further apart than this do not belong to the same span. */
const GAP = 50;
/** How long one piece of work is assumed to last, so that a single piece counts. */
const PIECE = 1;

export interface Durations {
  readonly leaseDuration: number;
  readonly renewDeadline: number;
  readonly retryPeriod: number;
}

/** As short as each engine keeps steady on a loaded machine with two cores. A Lease lasts whole seconds. */
export const DURATIONS: Readonly<Record<Exclude<EngineName, 'memory'>, Durations>> = {
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

/** A child process that campaigns, with its own network to the server, which a test can break. */
export class Candidate {
  readonly work: number[] = [];
  readonly words: string[] = [];
  output = '';

  private constructor(
    readonly identity: string,
    readonly process: ChildProcess,
    readonly proxy: Proxy,
  ) {
    let rest = '';
    process.stdout?.on('data', (chunk: Buffer) => {
      const lines = (rest + chunk.toString()).split('\n');
      rest = lines.pop() ?? '';
      for (const [word, at] of lines.map((line) => line.split(' '))) {
        if (word === 'work') {
          this.work.push(Number(BigInt(at as string)) / 1e6);
        } else {
          this.words.push(word as string);
        }
      }
    });
    process.stderr?.on('data', (chunk: Buffer) => {
      this.output += chunk.toString();
    });
  }

  static async start(
    identity: string,
    election: {
      readonly engine: Engine;
      readonly name: string;
      readonly build: string;
      readonly openWindows?: boolean;
    },
  ): Promise<Candidate> {
    const { engine, name, build, openWindows = false } = election;
    const engineName = engine.name as keyof typeof LOCK_OPTIONS;
    const proxy = await Proxy.to(engine.port);
    const options = {
      build,
      engine: engineName,
      lockOptions: { ...LOCK_OPTIONS[engineName](engine, name, proxy.port), identity },
      openWindows,
      ...DURATIONS[engineName],
    };
    const script = join(__dirname, 'candidate.mjs');
    const child = spawn(process.execPath, [script, JSON.stringify(options)], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    return new Candidate(identity, child, proxy);
  }

  get lastWork(): number {
    return this.work.at(-1) ?? -Infinity;
  }

  /** Waits until it has printed a word. */
  says(word: string): Promise<void> {
    return until(`${this.identity} says ${word}`, () => this.words.includes(word));
  }

  async close(): Promise<void> {
    this.process.kill('SIGKILL');
    await ended(this.process);
    await this.proxy.close();
  }
}

/** Milliseconds on the clock that the candidates use. */
export const now = (): number => Number(process.hrtime.bigint()) / 1e6;

/** Waits until a candidate works, and returns it. */
export async function leaderOf(candidates: readonly Candidate[]): Promise<Candidate> {
  let leader: Candidate | undefined;
  await until('a leader', () => {
    leader = candidates.find(({ lastWork }) => lastWork > now() - GAP);
    return leader !== undefined;
  });
  return leader!;
}

/**
 * Waits until a candidate works that is not the last leader. Returns how many milliseconds after `since` it
 * began.
 */
export async function takeOver(
  candidates: readonly Candidate[],
  last: Candidate | undefined,
  since: number,
): Promise<number> {
  let first = Infinity;
  await until('a take-over', () => {
    const others = candidates.filter((candidate) => candidate !== last);
    first = Math.min(...others.map(({ work }) => work.find((at) => at > since) ?? Infinity));
    return first < Infinity;
  });
  return first - since;
}

/** Returns for how many milliseconds two candidates worked at once. */
export function overlap(candidates: readonly Candidate[]): number {
  const spans = candidates.flatMap((candidate) =>
    spansOf(candidate.work).map((span) => ({ ...span, candidate })),
  );
  let total = 0;
  for (const [index, a] of spans.entries()) {
    for (const b of spans.slice(index + 1)) {
      if (a.candidate !== b.candidate) {
        total += Math.max(0, Math.min(a.end, b.end) - Math.max(a.begin, b.begin));
      }
    }
  }
  return total;
}

function spansOf(work: readonly number[]): { begin: number; end: number }[] {
  const spans: { begin: number; end: number }[] = [];
  for (const at of work) {
    const last = spans.at(-1);
    if (last !== undefined && at - last.end < GAP) {
      last.end = at + PIECE;
    } else {
      spans.push({ begin: at, end: at + PIECE });
    }
  }
  return spans;
}
