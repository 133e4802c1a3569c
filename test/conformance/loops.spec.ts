import {
  backoffUntil,
  forever,
  jitterUntil,
  jitterUntilWithContext,
  nonSlidingUntil,
  nonSlidingUntilWithContext,
  until,
  untilWithContext,
  type LoopOptions,
} from 'nestjs-wait';
import { Recorder } from './recorder.js';
import { Replay } from './replay.js';
import { newManager, RecordedRandom, replayAll, vectors, type LoopScenario } from './vectors.js';

function start(
  scenario: LoopScenario,
  f: (context?: AbortSignal) => unknown,
  stop: AbortSignal,
  options: Required<Pick<LoopOptions, 'clock' | 'random'>> & LoopOptions,
): Promise<void> {
  const { api, manager, periodMs, jitterFactor, sliding } = scenario;
  switch (api) {
    case 'BackoffUntil':
      return backoffUntil(f, newManager(manager!, options), sliding, stop, options);
    case 'JitterUntil':
      return jitterUntil(f, periodMs, jitterFactor, sliding, stop, options);
    case 'JitterUntilWithContext':
      return jitterUntilWithContext(stop, f, periodMs, jitterFactor, sliding, options);
    case 'Until':
      return until(f, periodMs, stop, options);
    case 'UntilWithContext':
      return untilWithContext(stop, f, periodMs, options);
    case 'NonSlidingUntil':
      return nonSlidingUntil(f, periodMs, stop, options);
    case 'NonSlidingUntilWithContext':
      return nonSlidingUntilWithContext(stop, f, periodMs, options);
    case 'Forever':
      return forever(f, periodMs, options);
    default:
      throw new Error(`There is no ${api} here.`);
  }
}

replayAll('loops', 284, vectors.loops, async (scenario) => {
  for (const isAsync of [false, true]) {
    const replay = new Replay();
    const random = new RecordedRandom(scenario.rands);
    const recorder = new Recorder(scenario, replay, isAsync);
    const { crashHandlers } = recorder;
    const { reallyCrash } = scenario;
    const options = { clock: replay, random: random.next, crashHandlers, reallyCrash };
    recorder.watch(start(scenario, recorder.f, recorder.stop.signal, options));
    await replay.run(() => recorder.isOver);
    recorder.expectTrace(scenario.expected, random);
  }
});
