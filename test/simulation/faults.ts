import type { Candidate } from './candidate.js';
import { FAULTS_END, type Fault, type FaultKind } from './history.js';
import type { Scene } from './scene.js';

type Apply = (hit: Candidate, until: number, scene: Scene, all: readonly Candidate[]) => void;

const APPLY: Readonly<Record<FaultKind, Apply>> = {
  partition: (hit, until) => cutOff(hit, until),
  'requests lost': ({ conditions }, until) => (conditions.requestsLostUntil = until),
  'replies lost': ({ conditions }, until) => (conditions.repliesLostUntil = until),
  'slow network': ({ conditions }, until) => (conditions.slowUntil = until),
  'lossy network': ({ conditions }, until) => (conditions.lossyUntil = until),
  'short pause': (hit, until, scene) => {
    const now = scene.world.now();
    pause(hit, now + Math.min(until - now, scene.history.renewDeadline / 2), scene);
  },
  'long pause': (hit, until, scene) => {
    const least = scene.world.now() + scene.history.leaseDuration;
    pause(hit, Math.min(FAULTS_END, Math.max(until, least)), scene);
  },
  kill: (hit, until, scene) => {
    hit.process.kill();
    restart(hit, until, scene);
  },
  terminate: (hit, until, scene) => {
    hit.process.terminate();
    restart(hit, until, scene);
  },
  'engine down': (_hit, until, _scene, all) => all.forEach((each) => cutOff(each, until)),
  'record deleted': (_hit, _until, { engine }) => engine.loseRecord(),
  'engine forgets': (_hit, _until, { engine, history }) =>
    history.engine === 'forgets' ? engine.forget() : engine.loseRecord(),
  'callback fails': ({ process }) => process.failCallback(false),
  'crash handler throws': (hit, until, scene) => {
    if (hit.process.failCallback(true)) {
      restart(hit, until, scene);
    }
  },
};

/** Lets a fault begin at its moment. */
export function scheduleFault(fault: Fault, scene: Scene, candidates: readonly Candidate[]): void {
  const { world, noise, history } = scene;
  const hit = candidates[fault.who % candidates.length] as Candidate;
  const begin = (): void => applyFault(fault, hit, scene, candidates);
  const { moment } = fault;
  const atMoment =
    moment === 'any'
      ? begin
      : (): void =>
          hit.atNext(moment, () => {
            // The message is on its way, or its reply.
            world.newTimer(begin).reset(noise.between(0, 2 * history.latency));
          });
  world.newTimer(atMoment).reset(fault.at);
}

/** What a fault begins ends at the latest with all faults. */
function applyFault(fault: Fault, hit: Candidate, scene: Scene, candidates: readonly Candidate[]): void {
  const now = scene.world.now();
  if (now < FAULTS_END) {
    const until = Math.min(now + fault.lasts, FAULTS_END);
    scene.note?.('FAULT', `${fault.kind}, ${hit.process.identity}, until ${until.toFixed(0)}`);
    scene.faults.push(fault.kind);
    APPLY[fault.kind](hit, until, scene, candidates);
  }
}

function cutOff({ conditions }: Candidate, until: number): void {
  conditions.requestsLostUntil = until;
  conditions.repliesLostUntil = until;
}

function pause({ process }: Candidate, until: number, scene: Scene): void {
  process.pause();
  after(until, scene, () => process.resume());
}

function restart(candidate: Candidate, until: number, scene: Scene): void {
  after(until, scene, () => candidate.restart());
}

function after(until: number, { world }: Scene, act: () => void): void {
  world.newTimer(act).reset(until - world.now());
}
