import { randomInt } from 'node:crypto';
import { describe, it } from '@jest/globals';
import { CANDIDATE_FAULTS } from './support/candidate-faults.js';
import { chaosOn, engines } from './support/chaos.js';
import { sleep } from './support/processes.js';
import { Random } from './support/random.js';
import { SERVERS, type Mend } from './support/server-faults.js';
import { now } from './support/work.js';

const CANDIDATES = 5;
const DURATION = 40_000;

/** A fault that begins some milliseconds after the one before has been mended, and lasts for some. */
interface Step {
  readonly after: number;
  readonly fault: string;
  readonly lasts: number;
}

// Faults at random, several at a time. What the end of it must be, `Chaos.end` says.
describe.each(engines)('on %s', (engineName) => {
  const chaos = chaosOn(engineName);
  const { faults: serverFaults } = SERVERS[engineName];

  it('one leads after forty seconds of random faults', async () => {
    const seed = Number(process.env['CHAOS_SEED'] ?? randomInt(1_000_000_000));
    const random = new Random(seed);
    const server = plan(random, Object.keys(serverFaults), [3000, 8000]);
    const places = Array.from({ length: CANDIDATES }, () =>
      plan(random, Object.keys(CANDIDATE_FAULTS), [200, 3000]),
    );
    chaos.note(`CHAOS_SEED=${seed}`);
    try {
      await chaos.start(CANDIDATES);
      await Promise.all([disturbServer(server), ...places.map(disturbPlace)]);
      await chaos.expectTakeOver('forty seconds of random faults', undefined, now());
      await sleep(chaos.durations.leaseDuration);
      const terms = chaos.candidates.flatMap(({ works }) => works[0]!.terms);
      chaos.note(`${terms.length} terms of ${chaos.candidates.length} candidates`);
      await chaos.end();
    } catch (error) {
      const plans = [server, ...places].map((steps) => steps.map(textOf).join(', ')).join('\n  ');
      (error as Error).stack +=
        `\n\nCHAOS_SEED=${seed} causes the same faults again, of the server and of each candidate (after and for so many ms):\n  ${plans}`;
      throw error;
    }
  });

  async function disturbServer(steps: readonly Step[]): Promise<void> {
    await run(steps, (fault) => chaos.breakServer(serverFaults[fault]!));
  }

  /** Disturbs one candidate after the other: one that has been ended gets a successor. */
  async function disturbPlace(steps: readonly Step[], place: number): Promise<void> {
    let candidate = chaos.candidates[place]!;
    await run(steps, (fault) => {
      const mend = CANDIDATE_FAULTS[fault]!(candidate);
      return async () => {
        mend?.();
        candidate = candidate.isLeaving ? await chaos.add() : candidate;
      };
    });
  }
});

function plan(random: Random, faults: readonly string[], [least, most]: [number, number]): Step[] {
  const steps: Step[] = [];
  for (let end = 0; end < DURATION;) {
    const step = {
      after: random.between(least, most),
      fault: random.pick(faults),
      lasts: random.between(50, 2500),
    };
    steps.push(step);
    end += step.after + step.lasts;
  }
  return steps;
}

const textOf = ({ after, fault, lasts }: Step): string => `${fault} (${after}, ${lasts})`;

async function run(steps: readonly Step[], cause: (fault: string) => Mend | Promise<Mend>): Promise<void> {
  for (const { after, fault, lasts } of steps) {
    await sleep(after);
    const mend = await cause(fault);
    await sleep(lasts);
    await mend();
  }
}
