// One candidate, in a process of its own. It campaigns in one election or more, each with a lock of its own.
// It works while it leads, and prints when each term and each piece of work began, on the monotonic clock that
// all processes of a host share. It never calls `process.exit`: after SIGTERM it must end by itself.
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const stop = new AbortController();
process.on('SIGTERM', () => stop.abort());

const { build, engine, way, elections, openWindows, ...durations } = JSON.parse(process.argv[2]);
const load = (entry) => import(pathToFileURL(join(build, entry)).href);
const { until } = await load('index.js');
const { LeaderElector } = await load('leader-election/index.js');
const { WAYS } = await import('./ways.mjs');

const print = (...words) => process.stdout.write(`${words.join(' ')}\n`);
const logger = { warn: (text) => process.stderr.write(`${text}\n`) };

/** @param election - The number of the election, with which its lines begin after the word. */
function electorOf(lock, election) {
  const work = (signal, token) => {
    let isFirst = true;
    const piece = () => {
      const began = process.hrtime.bigint(); // before `isLeader()`: a pause in between is not work
      if (elector.isLeader()) {
        if (isFirst) {
          print('term', election, began, token);
        }
        isFirst = false;
        print('work', election, began);
      }
    };
    return until(piece, 5, signal, { name: 'work' });
  };
  const callbacks = { onStartedLeading: work, onStoppedLeading: () => print('stopped', election) };
  const elector = new LeaderElector({ lock, ...durations, callbacks }, { openWindows, logger });
  return elector;
}

const takeWay = WAYS[engine][way % WAYS[engine].length];
const made = await Promise.all(elections.map((lockOptions) => takeWay(load, lockOptions)));
const electors = made.map(({ lock }, election) => electorOf(lock, election));
print('ready');
const campaign = async (elector, election) => {
  await elector.run(stop.signal);
  await made[election].lock.close?.();
  made[election].end();
};
await Promise.all(electors.map(campaign));
print('ended');
