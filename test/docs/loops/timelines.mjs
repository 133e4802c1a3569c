// Prints every timeline of docs/loops.md, each below a heading.
import { BackoffUntilService, LoopRegistry } from 'nestjs-wait';
import { NewsFeed } from './backoff-until.js';
import { row, ruler, spans } from './drawing.mjs';
import { FirstRun } from './first-run.js';
import { LogShipper } from './forever.js';
import { Outbox } from './jitter-until.js';
import { Sampler } from './non-sliding-until.js';
import { recordedApp, SECOND } from './recorded-app.mjs';
import { Stock } from './several.js';
import { Prices } from './slowing-down.js';
import { Housekeeping } from './until.js';
import { Mails } from './workers.js';

/** Longer than any timeline, so that what has begun in it has also ended. */
const TIME = 120 * SECOND;

const failing = { fails: true };
const long = { takes: 11 };

/** Lets the loops of a class run. After `stopAt` seconds, if that is given, it closes the application. */
async function eventsOf(Loop, { stopAt, stop = (app) => app.close(), ...options } = {}) {
  const { app, clock, events } = await recordedApp([Loop], options);
  if (stopAt === undefined) {
    await clock.advance(TIME);
    const seen = [...events];
    await Promise.all([app.close(), clock.advance(TIME)]);
    return seen;
  }
  await clock.advance(stopAt * SECOND);
  const stopped = stop(app);
  await clock.advance(TIME);
  await stopped;
  await app.close();
  return events;
}

/** Draws the only loop of a class. */
async function drawn(label, Loop, options = {}) {
  return row(label, await eventsOf(Loop, options), options.stopAt);
}

/** Draws each loop of a class, with its name. */
async function allDrawn(Loop, options) {
  const events = await eventsOf(Loop, options);
  const names = Array.from(new Set(events.map(({ loop }) => loop)));
  return names.map((name) =>
    row(
      name,
      events.filter(({ loop }) => loop === name),
    ),
  );
}

function print(heading, rows) {
  console.log([`--- ${heading}`, ruler(), ...rows].join('\n'));
}

const mixed = { plan: { 3: failing, 5: long }, stopAt: 54 };
print('all', [
  await drawn("@Until('5s')", Housekeeping, mixed),
  await drawn("@JitterUntil({ period: '5s', … })", Outbox, mixed),
  await drawn("@NonSlidingUntil('5s')", Sampler, mixed),
  await drawn("@BackoffUntil({ initial: '1s', … })", NewsFeed, { ...mixed, shares: [0] }),
  await drawn("@Forever('5s')", LogShipper, mixed),
]);

/**
 * Starts a loop whose first run takes `first` seconds, and each other run 6 s.
 *
 * @returns Its first runs, and what is between them.
 */
async function partsOf(start, first, between) {
  const { app, clock, events } = await recordedApp([]);
  let run = 0;
  start(app.get(BackoffUntilService), () => clock.sleep((run++ === 0 ? first : 6) * SECOND));
  await clock.advance(TIME);
  await Promise.all([app.close(), clock.advance(TIME)]);
  const times = events.filter(({ type }) => type.startsWith('run-')).map(({ time }) => time);
  return times
    .slice(0, 4)
    .map((from, index) => ({ from, to: times[index + 1], name: index % 2 === 0 ? 'f' : between }))
    .filter(({ from, to }) => to > from);
}
const PERIOD = 15 * SECOND;
const periodsOf = (parts) =>
  parts.filter(({ name }) => name === 'f').map(({ from }) => ({ from, to: from + PERIOD, name: 'period' }));
const sliding = await partsOf((service, f) => service.until(f, 19 * SECOND), 6, 'period');
const grid = await partsOf((service, f) => service.nonSlidingUntil(f, PERIOD), 6, 'rest');
const overrun = await partsOf((service, f) => service.nonSlidingUntil(f, PERIOD), 20, 'rest');
console.log(
  [
    '--- periods',
    spans('@Until, @JitterUntil', sliding),
    spans('@NonSlidingUntil', grid),
    spans('', periodsOf(grid)),
    spans('  an overrun', overrun),
    spans('', periodsOf(overrun)),
  ].join('\n'),
);

/** How a loop goes on after each kind of run. */
const aLife = async (Loop) => [
  await drawn('every run succeeds', Loop),
  await drawn('runs 2 and 3 fail', Loop, { plan: { 2: failing, 3: failing } }),
  await drawn('run 2 takes 11 s', Loop, { plan: { 2: long } }),
];
const itsEnd = async (Loop, { run, inRun, inWait }) => [
  await drawn('told to stop in a wait', Loop, { stopAt: inWait }),
  await drawn('told to stop in a run', Loop, { stopAt: inRun, plan: { [run]: long } }),
];
const deaf = { ...long, obeys: false };
print('until', [
  ...(await aLife(Housekeeping)),
  ...(await itsEnd(Housekeeping, { inWait: 37, run: 5, inRun: 36 })),
  await drawn('  if the run ignores its signal', Housekeeping, { stopAt: 36, plan: { 5: deaf } }),
]);
print('jitter-until', [
  ...(await aLife(Outbox)),
  ...(await itsEnd(Outbox, { inWait: 37, run: 4, inRun: 35 })),
]);
print('non-sliding-until', [
  ...(await aLife(Sampler)),
  ...(await itsEnd(Sampler, { inWait: 34, run: 7, inRun: 34 })),
]);
const watch = { 1: { takes: 24 }, 2: failing, 3: failing, 4: { takes: 24 } };
const noJitter = { shares: [0] };
print('backoff-until', [
  await drawn('a watch ends, two tries fail', NewsFeed, { ...noJitter, plan: watch }),
  await drawn('told to stop in a wait', NewsFeed, { ...noJitter, plan: watch, stopAt: 36 }),
  await drawn('told to stop in a run', NewsFeed, { ...noJitter, plan: watch, stopAt: 50 }),
]);
print('a poll', [
  await drawn('every run succeeds', NewsFeed, noJitter),
  await drawn('runs 2 and 3 fail', NewsFeed, { ...noJitter, plan: { 2: failing, 3: failing } }),
]);

print('forever', [
  ...(await aLife(LogShipper)),
  await drawn('told to stop in a wait', LogShipper, { stopAt: 37 }),
  await drawn('told to stop in a run', LogShipper, { stopAt: 36, plan: { 5: long } }),
  await drawn('its handle is stopped in a wait', LogShipper, {
    stopAt: 37,
    stop: (app) => app.get(LoopRegistry).get('LogShipper.flush').stop(),
  }),
]);

print('first run', await allDrawn(FirstRun));
print('slowing down', await allDrawn(Prices, { ...noJitter, plan: { 2: failing, 3: failing, 4: failing } }));
print('workers', await allDrawn(Mails));
print('several', await allDrawn(Stock));
