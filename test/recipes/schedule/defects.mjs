// Finds out what @nestjs/schedule does, and what this package does in the same place.
import { Injectable, Scope } from '@nestjs/common';
import { Cron, Interval, ScheduleModule, SchedulerRegistry } from '@nestjs/schedule';
import { Until, WaitModule } from 'nestjs-wait';
import { boot, decorate, report } from './boot.mjs';
import { advance, settle, sleep, stopTime } from './time.mjs';

const schedule = () => ScheduleModule.forRoot();
const wait = () => WaitModule.forRoot();

/** Runs a class of one method for some seconds, and returns its application. */
async function runFor(seconds, modules, Job, logger) {
  const app = await boot(modules, [Job], logger);
  await settle();
  await advance(seconds * 1000);
  return app;
}

/** The most runs that were in progress at once. */
async function atOnce(decorator, module) {
  let inProgress = 0;
  let most = 0;
  class Job {
    async tick() {
      inProgress++;
      most = Math.max(most, inProgress);
      await sleep(2500);
      inProgress--;
    }
  }
  const app = await runFor(10, [module], decorate(Job, 'tick', decorator));
  await Promise.all([app.close(), advance(5000)]);
  return most;
}

/** Whether close() had ended before the run in progress. */
async function leavesRunBehind(decorator, module) {
  let hasEnded = false;
  let isLeft;
  class Job {
    async tick() {
      await sleep(1000);
      hasEnded = true;
    }
  }
  const app = await runFor(0.25, [module], decorate(Job, 'tick', decorator));
  await Promise.all([app.close().then(() => (isLeft = !hasEnded)), advance(3000)]);
  return isLeft;
}

/** What the method is called with. */
async function argumentsOf(decorator, module) {
  let found;
  class Job {
    tick(signal, ...rest) {
      found = [signal, ...rest].filter((one) => one !== undefined).map((one) => one.constructor.name);
    }
  }
  const app = await runFor(2, [module], decorate(Job, 'tick', decorator));
  await app.close();
  return found;
}

/** How many lines of the log five failures make. */
async function failureLines(decorator, module) {
  let lines = 0;
  const logger = { log() {}, warn() {}, error: () => lines++ };
  class Job {
    runs = 0;
    tick() {
      if (this.runs++ < 5) {
        throw new Error('boom');
      }
    }
  }
  const app = await runFor(10, [module], decorate(Job, 'tick', decorator), logger);
  await app.close();
  return lines;
}

async function requestScoped(decorator, module) {
  let runs = 0;
  const warnings = [];
  const logger = { log() {}, error() {}, warn: (line) => warnings.push(line) };
  class Job {
    tick() {
      runs++;
    }
  }
  Injectable({ scope: Scope.REQUEST })(decorate(Job, 'tick', decorator));
  const app = await runFor(2, [module], Job, logger);
  await app.close();
  return { runs, warnings };
}

/** The runs in two seconds of an application that imports the module twice. */
async function importedTwice(decorator, module) {
  let runs = 0;
  class Job {
    tick() {
      runs++;
    }
  }
  try {
    const app = await runFor(2, [module(), module()], decorate(Job, 'tick', decorator));
    await app.close();
    return runs;
  } catch ({ code }) {
    return code;
  }
}

/** Which method runs when a test has replaced it. */
async function replaced(decorator, module) {
  const called = [];
  class Job {
    tick() {
      called.push('the old one');
    }
  }
  const app = await boot([module], [decorate(Job, 'tick', decorator)]);
  app.get(Job).tick = () => called.push('the new one');
  await settle();
  await advance(1000);
  await app.close();
  return called;
}

/** What becomes of an error in an interval that was added at run time. */
async function dynamicError() {
  let unhandled;
  process.once('unhandledRejection', ({ message }) => (unhandled = message));
  const app = await boot([schedule()], []);
  const timer = setInterval(() => void Promise.reject(new Error('boom')), 1000);
  app.get(SchedulerRegistry).addInterval('dynamic', timer);
  await advance(1000);
  await app.close();
  return unhandled;
}

/** When a daily cron job runs while the hour from one to two o'clock comes twice, on 1 November 2026. */
async function cronWhenSummerEnds() {
  const runs = [];
  class Job {
    tick() {
      runs.push(new Date().toISOString());
    }
  }
  const decorator = Cron('0 30 1 * * *', { timeZone: 'America/New_York' });
  const app = await boot([schedule()], [decorate(Job, 'tick', decorator)]);
  await advance(48 * 3_600_000, undefined, 60_000);
  await app.close();
  return runs;
}

stopTime('2026-10-31T12:00:00Z');
const every = { schedule: [Interval(1000), schedule()], wait: [Until('1s'), wait()] };
const both = async (probe) => ({
  schedule: await probe(...every.schedule),
  wait: await probe(...every.wait),
});
report({
  cronWhenSummerEnds: await cronWhenSummerEnds(),
  atOnce: {
    ...(await both(atOnce)),
    cron: await atOnce(Cron('* * * * * *'), schedule()),
    cronThatWaits: await atOnce(Cron('* * * * * *', { waitForCompletion: true }), schedule()),
  },
  leavesRunBehind: {
    schedule: await leavesRunBehind(Interval(250), schedule()),
    wait: await leavesRunBehind(Until('250ms'), wait()),
  },
  argumentsOf: await both(argumentsOf),
  failureLines: await both(failureLines),
  requestScoped: await both(requestScoped),
  importedTwice: {
    schedule: await importedTwice(Interval(1000), schedule),
    named: await importedTwice(Interval('prices', 1000), schedule),
    wait: await importedTwice(Until('1s'), wait),
  },
  replaced: {
    schedule: await replaced(Interval(1000), schedule()),
    wait: await replaced(Until({ period: '1s', immediate: false }), wait()),
  },
  dynamicError: await dynamicError(),
  registry: Object.getOwnPropertyNames(SchedulerRegistry.prototype),
});
