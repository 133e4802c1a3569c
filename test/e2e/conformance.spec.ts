import { Injectable, type LoggerService, type Provider } from '@nestjs/common';
import { Test, type TestingModule } from '@nestjs/testing';
import {
  BackoffUntil,
  BackoffUntilService,
  Forever,
  JitterUntil,
  LoopRegistry,
  NonSlidingUntil,
  Until,
  WAIT_CLOCK,
  WAIT_LOGGER,
  WAIT_RANDOM,
  WaitModule,
  type BackoffUntilOptions,
  type LoopDecorator,
  type LoopHandle,
} from 'nestjs-wait';
import { Recorder } from '../conformance/recorder.js';
import { Replay, settle } from '../conformance/replay.js';
import {
  newManager,
  RecordedRandom,
  replayAll,
  vectors,
  type LoopScenario,
  type Manager,
} from '../conformance/vectors.js';
import { RecordingLogger } from '../support/boot.js';

// The traces of `conformance/loops`, by way of a Nest container: the glue must not change the semantics.

// A negative period is refused by the decorators and the service, so there is nothing to replay.
const expressible = vectors.loops.filter(({ api, periodMs }) => api === 'BackoffUntil' || periodMs >= 0);

// The signal that a method is given is the loop's own, since the application's shutdown aborts it too.
const wantedOf = ({ expected }: LoopScenario): LoopScenario['expected'] => ({
  ...expected,
  fGotCallersContext: false,
});

replayAll('decorators', 281, expressible, async (scenario) => {
  const replay = new Replay();
  const random = new RecordedRandom(scenario.rands);
  let app: TestingModule | undefined;
  const recorder = new Recorder(scenario, replay, true, () => {
    replay.watchNoMore(); // those of the shutdown
    void app?.close();
    return settle(1);
  });

  @Injectable()
  class Worker {
    @decoratorOf(scenario)
    run(signal: AbortSignal): unknown {
      return recorder.f(signal);
    }
  }
  app = await boot(scenario, replay, random, recorder, [Worker]);
  const registry = app.get(LoopRegistry);
  for (const { name } of registry.list()) {
    recorder.watch((registry.get(name) as LoopHandle).done);
  }
  replay.forget(); // the wait for the rest of the application
  if (recorder.isStoppedBefore) {
    void app.close();
  }
  await replay.run(() => recorder.isOver);
  recorder.expectTrace(wantedOf(scenario), random);
});

replayAll('service', 281, expressible, async (scenario) => {
  const replay = new Replay();
  const random = new RecordedRandom(scenario.rands);
  let handle: LoopHandle | undefined;
  const recorder = new Recorder(scenario, replay, true, () => {
    recorder.stop.abort();
    void handle?.stop();
  });
  const app = await boot(scenario, replay, random, recorder, []);
  await replay.run(() => true);
  if (recorder.isStoppedBefore) {
    await app.close();
  }
  replay.forget(); // the wait for the rest of the application
  handle = startLoop(app.get(BackoffUntilService), scenario, recorder);
  recorder.watch(handle.done);
  await replay.run(() => recorder.isOver);
  recorder.expectTrace(wantedOf(scenario), random);
});

function boot(
  { reallyCrash }: LoopScenario,
  replay: Replay,
  random: RecordedRandom,
  { crashHandlers }: Recorder,
  providers: Provider[],
): Promise<TestingModule> {
  const options = { reallyCrash, crashHandlers, shutdownTimeout: 0 };
  return Test.createTestingModule({ imports: [WaitModule.forRoot(options)], providers })
    .setLogger(false as unknown as LoggerService)
    .overrideProvider(WAIT_CLOCK)
    .useValue(replay)
    .overrideProvider(WAIT_RANDOM)
    .useValue(random.next)
    .overrideProvider(WAIT_LOGGER)
    .useValue(new RecordingLogger())
    .compile()
    .then((app) => app.init());
}

function startLoop(service: BackoffUntilService, scenario: LoopScenario, recorder: Recorder): LoopHandle {
  const { api, manager, periodMs, jitterFactor, sliding } = scenario;
  const { f } = recorder;
  const ctx = recorder.stop.signal;
  switch (api) {
    case 'BackoffUntil':
      return service.backoffUntil(f, backoffOf(manager!, sliding));
    case 'JitterUntil':
      return service.jitterUntil(f, { period: periodMs, jitter: jitterFactor, sliding });
    case 'JitterUntilWithContext':
      return service.jitterUntilWithContext(ctx, f, { period: periodMs, jitter: jitterFactor, sliding });
    case 'Until':
      return service.until(f, periodMs);
    case 'UntilWithContext':
      return service.untilWithContext(ctx, f, periodMs);
    case 'NonSlidingUntil':
      return service.nonSlidingUntil(f, periodMs);
    case 'NonSlidingUntilWithContext':
      return service.nonSlidingUntilWithContext(ctx, f, periodMs);
    case 'Forever':
      return service.forever(f, periodMs);
    default:
      throw new Error(`There is no ${api} here.`);
  }
}

function decoratorOf({ api, manager, periodMs, jitterFactor, sliding }: LoopScenario): LoopDecorator {
  switch (api) {
    case 'BackoffUntil':
      return BackoffUntil(backoffOf(manager!, sliding));
    case 'JitterUntil':
    case 'JitterUntilWithContext':
      return JitterUntil({ period: periodMs, jitter: jitterFactor, sliding });
    case 'Until':
    case 'UntilWithContext':
      return Until(periodMs);
    case 'NonSlidingUntil':
    case 'NonSlidingUntilWithContext':
      return NonSlidingUntil(periodMs);
    case 'Forever':
      return Forever(periodMs);
    default:
      throw new Error(`There is no ${api} here.`);
  }
}

function backoffOf(manager: Manager, sliding: boolean): BackoffUntilOptions {
  if (manager.type === 'jittered') {
    return { sliding, backoffManager: (sources) => newManager(manager, sources) };
  }
  const { initMs, maxMs, resetMs, factor, jitter } = manager;
  return { initial: initMs, max: maxMs, reset: resetMs, factor, jitter, sliding };
}
