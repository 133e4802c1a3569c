import type { CandidateSpec } from './history.js';
import { Conditions } from './network-noise.js';
import type { Scene } from './scene.js';
import { SimulatedProcess } from './simulated-process.js';

type Moment = 'write' | 'win';

/** One replica of the application: its host, and one process after the other. */
export class Candidate {
  readonly conditions = new Conditions();
  process: SimulatedProcess;
  private incarnations = 0;
  private awaiting: { readonly moment: Moment; readonly act: () => void }[] = [];

  constructor(
    private readonly scene: Scene,
    private readonly name: string,
    private readonly spec: CandidateSpec,
  ) {
    this.process = this.newProcess();
  }

  /** Starts a new process, unless there is one that works. The old one may still be ending. */
  restart(): void {
    const { clock, toldAt } = this.process;
    if (clock.isDead || toldAt < Infinity) {
      this.process = this.newProcess();
    }
  }

  /** Acts when its process sends the next write, or the next one that may win. */
  atNext(moment: Moment, act: () => void): void {
    this.awaiting.push({ moment, act });
  }

  private writes(mayWin: boolean): void {
    const isDue = ({ moment }: { moment: Moment }): boolean => moment === 'write' || mayWin;
    const due = this.awaiting.filter(isDue);
    this.awaiting = this.awaiting.filter((each) => !isDue(each));
    due.forEach(({ act }) => act());
  }

  private newProcess(): SimulatedProcess {
    const { scene, spec, conditions } = this;
    const process = new SimulatedProcess(
      scene,
      `${this.name}${++this.incarnations}`,
      spec,
      conditions,
      (mayWin) => this.writes(mayWin),
    );
    scene.processes.push(process);
    scene.note?.(process.identity, 'starts');
    void process.run();
    return process;
  }
}
