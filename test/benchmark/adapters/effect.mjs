import { Effect, Fiber, Schedule } from 'effect';

/** @type {import('./adapter.mjs').Adapter} */
export default {
  name: 'Effect repeat(spaced)',
  jitters: true,
  start({ loops, period, jitter, async, run }) {
    const round = async ? Effect.promise(run) : Effect.sync(run);
    const spaced = Schedule.spaced(period);
    const schedule =
      jitter > 0 ? Schedule.addDelay(spaced, () => Effect.succeed(Math.random() * jitter * period)) : spaced;
    const rounds = Effect.repeat(round, schedule);
    const fibers = Array.from({ length: loops }, () => Effect.runFork(rounds));
    return () => Effect.runPromise(Fiber.interruptAll(fibers));
  },
};
