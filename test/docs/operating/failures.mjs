// Does what docs/failures.md shows, example after example, and prints what comes of it.
import { once } from 'node:events';
import { LoopRegistry, WaitModule } from 'nestjs-wait';
import { Outbox as OutboxWithBackoff } from './backoff.js';
import { Broker } from './broker.js';
import { failures as counted, waitModule as countingModule } from './count-failures.js';
import { waitModule } from './defaults.js';
import { Outbox } from './failing.js';
import { Report } from './hourly.js';
import { Outbox as LimitedOutbox } from './limited.js';
import { Mails } from './mails.js';
import { Patient } from './patient.js';
import { boot } from './virtual.mjs';
import { limitedModule, Watch } from './watch.js';

const forRoot = WaitModule.forRoot();
const failure = Object.assign(new Error('connect ECONNREFUSED 127.0.0.1:5672'), { code: 'ECONNREFUSED' });

/**
 * Boots an application with one loop on a broker. When 12 seconds have passed, a loop of 5 seconds has made
 * three runs. Then something happens to the broker, and more time passes.
 */
async function show(heading, Loop, { publish, time, imports = [forRoot] }) {
  const broker = { publish: () => {}, listen: () => {} };
  const booted = await boot({ imports, providers: [Loop, { provide: Broker, useValue: broker }] });
  const { app, clock } = booted;
  await clock.advance(12_000);
  booted.section(heading);
  broker.publish = (signal) => publish(clock, signal);
  broker.listen = broker.publish;
  await clock.advance(time);
  const [{ state, failures, timeouts, lastOutcome }] = app.get(LoopRegistry).list();
  console.log(`= ${state}, failures: ${failures}, timeouts: ${timeouts}, the last has ${lastOutcome}`);
  await booted.close();
}

/** Refuses so many calls. */
function refusing(calls) {
  let left = calls;
  return async () => {
    if (left-- > 0) throw failure;
  };
}

/** Takes this long, once. It does not give up when it is told to. */
function slow(milliseconds) {
  let isSlow = true;
  return async (clock) => {
    if (isSlow) {
      isSlow = false;
      await clock.sleep(milliseconds);
    }
  };
}

await show('hung', Outbox, { imports: [waitModule], publish: slow(720_000), time: 730_000 });

await show('hung before its timeout', Patient, {
  imports: [waitModule],
  publish: slow(720_000),
  time: 610_000,
});

await show('failing', Outbox, { publish: refusing(24), time: 125_000 });

await show('crash handlers', Outbox, { imports: [countingModule], publish: refusing(2), time: 15_000 });
console.log(`= ${JSON.stringify([...counted])}`);

const handledBy = (handler) => [WaitModule.forRoot({ logFailures: false, crashHandlers: [handler] })];
async function report() {
  throw new Error('Sentry is away');
}
await show('a crash handler that rejects', Outbox, {
  imports: handledBy(report),
  publish: refusing(1),
  time: 10_000,
});

await show('backoff', OutboxWithBackoff, { publish: refusing(5), time: 160_000 });

await show('hourly', Report, { publish: refusing(2), time: 3_630_000 });

await show('pause', Mails, { publish: refusing(24), time: 60_000 });

let isStuck = true;
const untilTold = async (_clock, signal) => {
  if (isStuck) {
    isStuck = false;
    await once(signal, 'abort');
    throw signal.reason;
  }
};
await show('timed out', LimitedOutbox, { publish: untilTold, time: 40_000 });

await show('ignoring its signal', LimitedOutbox, { publish: slow(75_000), time: 80_000 });

await show('watch', Watch, { imports: [limitedModule], publish: slow(3_600_000), time: 3_599_000 });
