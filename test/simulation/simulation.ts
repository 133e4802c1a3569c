import { Candidate } from './candidate.js';
import { EVERYTHING_SETTLES, goesOn } from './checks/settles.js';
import { isEnding, nobodyLeads, SOMEBODY_LEADS } from './checks/liveness.js';
import { scheduleFault } from './faults.js';
import { FAULTS_END, type FaultKind, type History } from './history.js';
import { Scene, type Note, type Violation } from './scene.js';
import { longestDelay, longestVacancy, SLOWEST } from './timing.js';

/** How a history went. */
export interface Outcome {
  /** The first of each rule that was broken. */
  readonly violations: readonly Violation[];
  /** Milliseconds of simulated time. */
  readonly took: number;
  readonly runs: number;
  readonly effects: number;
  readonly terms: number;
  readonly messagesLost: number;
  /** The faults that came to pass. */
  readonly faults: readonly FaultKind[];
}

const QUIET_PHASE = 45_000;
const SECOND = 1000;

/** Plays one history: faults, then quiet, then an orderly end of all. */
export async function simulate(history: History, note?: (line: string) => void): Promise<Outcome> {
  const scene: Scene = new Scene(history, note && timeline(note, () => scene.world.now()));
  const candidates = history.candidates.map(
    (spec, index) => new Candidate(scene, 'abcd'[index] as string, spec),
  );
  await playFaults(scene, candidates);
  await waitForLeader(scene, candidates);
  await endAll(scene, candidates);
  const { violations, world, runs, effects, terms, messagesLost, faults } = scene;
  return { violations, took: world.now(), runs, effects, terms, messagesLost, faults };
}

async function playFaults(scene: Scene, candidates: readonly Candidate[]): Promise<void> {
  const { world, history } = scene;
  for (const fault of history.faults) {
    scheduleFault(fault, scene, candidates);
  }
  await world.advance(FAULTS_END);
  scene.note?.('FAULT', 'all faults have ended');
  candidates.forEach((candidate) => candidate.restart());
}

/** Waits until nothing is left of the faults, and then for as long as nobody may lead. */
async function waitForLeader(scene: Scene, candidates: readonly Candidate[]): Promise<void> {
  const { world, history, processes } = scene;
  await world.advance(longestDelay(history)); // until then, messages of that time may arrive
  const hasAnswer = ({ process }: Candidate): boolean => process.lock.lastAnswer > FAULTS_END;
  while (!candidates.every(hasAnswer) || processes.some(isEnding)) {
    if (world.now() > FAULTS_END + QUIET_PHASE) {
      scene.judge(EVERYTHING_SETTLES, 'a candidate has no answer, or does not end.');
      return;
    }
    await world.advance(SECOND);
  }
  const latest = world.now() + longestVacancy(history);
  while (nobodyLeads(processes) !== undefined && world.now() < latest) {
    await world.advance(SECOND);
  }
  scene.judge(SOMEBODY_LEADS, nobodyLeads(processes));
}

/** Ends one candidate after the other, and waits for everything that is still under way. */
async function endAll(scene: Scene, candidates: readonly Candidate[]): Promise<void> {
  const { world, history, noise, processes } = scene;
  for (const { process } of candidates) {
    process.terminate();
    await world.advance(noise.between(0, 3 * SECOND));
  }
  // A stubborn run takes 1.5 times its time. The release takes less than the lease.
  const longestEnd = (1.5 * history.stopTimeout + history.leaseDuration) / SLOWEST;
  await world.advance(longestEnd + longestDelay(history));
  scene.judge(EVERYTHING_SETTLES, goesOn(processes, world.armedTimers));
}

function timeline(note: (line: string) => void, now: () => number): Note {
  return (who, what) => note(`${now().toFixed(0).padStart(7)}  ${who.padEnd(5)} ${what}`);
}
