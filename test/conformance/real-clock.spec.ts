import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it, jest } from '@jest/globals';
import { jitterUntil } from 'nestjs-wait';
import { RecordedRandom, vectors, type LoopScenario } from './vectors.js';

// The only tests that wait for real, besides those that start a process.

const TOLERANCE_PER_CALL = 20;

jest.retryTimes(3); // a machine that does something else for a moment

it.each([
  ['a sliding loop', 'sliding-shorter-02'],
  ['a non-sliding loop with an overrun', 'nonsliding-overrun-once-04'],
  ['a jittered loop', 'jitter-random-14'],
])('%s keeps the recorded times on the real clock', async (_what, id) => {
  const scenario = vectors.loops.find((candidate) => candidate.id === id) as LoopScenario;
  const { periodMs, jitterFactor, sliding, fDurationsMs, stop, rands, expected } = scenario;
  const channel = new AbortController();
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  const starts: number[] = [];
  let began: number | undefined;
  const f = async (): Promise<void> => {
    began ??= performance.now();
    starts.push(performance.now() - began);
    const call = starts.length - 1;
    await sleep(fDurationsMs[Math.min(call, fDurationsMs.length - 1)]);
    if (call === expected.calls - 1 && stop.mode === 'insideCall') {
      channel.abort();
    }
  };
  if (stop.mode === 'atTime') {
    // Later by half a wait than recorded: what is late on a busy machine must not miss its last call.
    setTimeout(() => channel.abort(), expected.startsMs.at(-1)! + periodMs / 2);
  }
  const random = new RecordedRandom(rands);
  await jitterUntil(f, periodMs, jitterFactor, sliding, channel.signal, { random: random.next });

  delay.disable();
  // As late as the event loop was, in a run and in a wait.
  const tolerance = TOLERANCE_PER_CALL + (2 * delay.max) / 1e6;

  expect(starts).toHaveLength(expected.calls);
  // The runs' own time is taken by Node's timer, which may be up to a millisecond early.
  for (const [call, wanted] of expected.startsMs.entries()) {
    expect(starts[call]).toBeGreaterThan(wanted - call - 1);
    expect(starts[call]).toBeLessThan(wanted + tolerance * (call + 1));
  }
});
