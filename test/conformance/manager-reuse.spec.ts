import { backoffUntil } from 'nestjs-wait';
import { Recorder } from './recorder.js';
import { Replay } from './replay.js';
import { newManager, RecordedRandom, replayAll, vectors } from './vectors.js';

// The two versions of Kubernetes differ here: a loop that was stopped leaves a timer behind in v0.19.4, which
// may end the first wait of the next one early. Ours disarms its timer, as the newest does.
replayAll('managerReuse', 12, vectors.managerReuse, async (scenario) => {
  const replay = new Replay();
  const random = new RecordedRandom(scenario.rands);
  const manager = newManager(scenario.manager, { clock: replay, random: random.next });
  const wanted = scenario.expectedNewest ?? scenario.expected;
  for (const [index, run] of scenario.runs.entries()) {
    await replay.run(() => replay.now() >= run.startAtMs, run.startAtMs);
    replay.forget();
    const drawnBefore = random.used;
    const recorder = new Recorder(run, replay, false);
    const { crashHandlers } = recorder;
    const options = { clock: replay, crashHandlers, reallyCrash: run.reallyCrash };
    recorder.watch(backoffUntil(recorder.f, manager, run.sliding, recorder.stop.signal, options));
    await replay.run(() => recorder.isOver);
    recorder.expectTrace(wanted[index]!, random, drawnBefore);
  }
});
