// Prints every timeline of docs/loops.md, each below a heading.
import { LoopRegistry } from 'nestjs-wait';
import { NewsFeed } from './backoff-until.js';
import { row, ruler } from './drawing.mjs';
import { FirstRun } from './first-run.js';
import { LogShipper } from './forever.js';
import { Outbox } from './jitter-until.js';
import { Sampler } from './non-sliding-until.js';
import { periods } from './periods.mjs';
import { recordedApp, SECOND } from './recorded-app.mjs';
import { Stock } from './several.js';
import { Prices } from './slowing-down.js';
import { Housekeeping } from './until.js';
import { Mails } from './workers.js';

/** Longer than any timeline, so that what has begun in it has also ended. */
const TIME = 120 * SECOND;

const fails = { fails: true };
const long = { takes: 11 };
const deaf = { takes: 11, obeys: false };
const watch = { 1: { takes: 24 }, 2: fails, 3: fails, 4: { takes: 24 } };
const noJitter = { shares: [0] };

/** Lets the loops of a class run. Stops them after `stopAt` seconds, if that is given. */
async function eventsOf(Loop, { stopAt, stop = (app) => app.close(), ...options } = {}) {
  const { app, clock, events } = await recordedApp([Loop], options);
  if (stopAt !== undefined) {
    await clock.advance(stopAt * SECOND);
    await Promise.all([stop(app), clock.advance(TIME)]);
  }
  await clock.advance(TIME);
  const seen = [...events];
  await Promise.all([app.close(), clock.advance(TIME)]);
  return seen;
}

/** Draws the only loop of a class. */
async function drawn(label, Loop, options = {}) {
  return row(label, await eventsOf(Loop, options), options.stopAt);
}

/** Draws each loop of a class, with its name. */
async function allDrawn(Loop, options) {
  const events = await eventsOf(Loop, options);
  const eventsOfLoop = (name) => events.filter(({ loop }) => loop === name);
  const names = new Set(events.map(({ loop }) => loop));
  return Array.from(names, (name) => row(name, eventsOfLoop(name)));
}

/** Draws how a loop goes on after each kind of run. */
async function lifeOf(Loop) {
  return [
    await drawn('every run succeeds', Loop),
    await drawn('runs 2 and 3 fail', Loop, { plan: { 2: fails, 3: fails } }),
    await drawn('run 2 takes 11 s', Loop, { plan: { 2: long } }),
  ];
}

/** Draws how a loop ends when it is told to stop in these seconds. */
async function endsOf(Loop, { inWait, inRun, ...options }) {
  return [
    await drawn('told to stop in a wait', Loop, { ...options, stopAt: inWait }),
    await drawn('told to stop in a run', Loop, { ...options, stopAt: inRun }),
  ];
}

function print(heading, rows) {
  console.log([`--- ${heading}`, ...rows].join('\n'));
}

const mixed = { plan: { 3: fails, 5: long }, stopAt: 54 };
print('all', [
  ruler(),
  await drawn("@Until('5s')", Housekeeping, mixed),
  await drawn("@JitterUntil({ period: '5s', … })", Outbox, mixed),
  await drawn("@NonSlidingUntil('5s')", Sampler, mixed),
  await drawn("@BackoffUntil({ initial: '1s', … })", NewsFeed, { ...mixed, ...noJitter }),
  await drawn("@Forever('5s')", LogShipper, mixed),
]);

print('periods', await periods());

print('until', [
  ruler(),
  ...(await lifeOf(Housekeeping)),
  ...(await endsOf(Housekeeping, { inWait: 30, inRun: 36, plan: { 5: long } })),
  await drawn('  if the run ignores its signal', Housekeeping, { stopAt: 36, plan: { 5: deaf } }),
]);

print('jitter-until', [
  ruler(),
  ...(await lifeOf(Outbox)),
  ...(await endsOf(Outbox, { inWait: 29, inRun: 35, plan: { 4: long } })),
]);

print('non-sliding-until', [
  ruler(),
  ...(await lifeOf(Sampler)),
  ...(await endsOf(Sampler, { inWait: 29, inRun: 34, plan: { 7: long } })),
]);

print('backoff-until', [
  ruler(),
  await drawn('a watch ends, two tries fail', NewsFeed, { ...noJitter, plan: watch }),
  ...(await endsOf(NewsFeed, { inWait: 36, inRun: 50, ...noJitter, plan: watch })),
]);

print('a poll', [
  ruler(),
  await drawn('every run succeeds', NewsFeed, noJitter),
  await drawn('runs 2 and 3 fail', NewsFeed, { ...noJitter, plan: { 2: fails, 3: fails } }),
]);

print('forever', [
  ruler(),
  ...(await lifeOf(LogShipper)),
  await drawn('told to stop in a wait', LogShipper, { stopAt: 30 }),
  await drawn('told to stop in a run', LogShipper, { stopAt: 36, plan: { 5: long } }),
  await drawn('its handle is stopped in a wait', LogShipper, {
    stopAt: 30,
    stop: (app) => app.get(LoopRegistry).get('LogShipper.flush').stop(),
  }),
]);

print('first run', [ruler(), ...(await allDrawn(FirstRun))]);
print('slowing down', [
  ruler(),
  ...(await allDrawn(Prices, { ...noJitter, plan: { 2: fails, 3: fails, 4: fails } })),
]);
print('workers', [ruler(), ...(await allDrawn(Mails))]);
print('several', [ruler(), ...(await allDrawn(Stock))]);
