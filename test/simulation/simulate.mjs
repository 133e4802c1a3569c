// Plays many random histories on all cores, or one again: see README.md.
import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { Worker } from 'node:worker_threads';
import { loadSimulation } from './bundle.mjs';

const BATCH = 250;
const ANY_SEED = Date.now() % 1_000_000_000;
const { values } = parseArgs({
  options: {
    seed: { type: 'string' },
    shrink: { type: 'boolean', default: false },
    histories: { type: 'string', default: '500000' },
    first: { type: 'string', default: process.env.SIMULATION_SEED ?? String(ANY_SEED) },
  },
});
const { historyOf, noTotals, shrink, traceOf } = await loadSimulation();

if (values.seed === undefined) {
  process.exitCode = await playMany(Number(values.first), Number(values.histories));
} else {
  await playOne(Number(values.seed));
}

async function playOne(seed) {
  const history = values.shrink ? await shrink(seed) : historyOf(seed);
  console.log(`${JSON.stringify(history)}\n${await traceOf(history)}`);
}

/** Returns the exit code. */
async function playMany(first, count) {
  const totals = noTotals();
  let next = first;
  const began = performance.now();
  const playBatches = async () => {
    const worker = newWorker();
    while (next < first + count && totals.broken.length === 0) {
      const batch = { first: next, count: Math.min(BATCH, first + count - next) };
      next += batch.count;
      add(totals, await play(worker, batch));
      showProgress(totals, count, began);
    }
    await worker.terminate();
  };
  await Promise.all(Array.from({ length: availableParallelism() }, playBatches));
  showTotals(totals, first, began);
  const [broken] = totals.broken;
  if (broken === undefined) {
    return 0;
  }
  await explain(broken);
  return 1;
}

function newWorker() {
  return new Worker(new URL('worker.mjs', import.meta.url), {
    resourceLimits: { maxYoungGenerationSizeMb: 64 }, // the collector takes less time
  });
}

/** A rejection that nobody handles ends the worker with an error. */
async function play(worker, batch) {
  worker.postMessage(batch, []);
  try {
    const [totals] = await once(worker, 'message');
    return totals;
  } catch (cause) {
    const seeds = `${batch.first} to ${batch.first + batch.count - 1}`;
    throw new Error(`Something was thrown in one of the seeds ${seeds}, and nobody caught it.`, { cause });
  }
}

function add(totals, { faults, broken, ...figures }) {
  for (const [name, figure] of Object.entries(figures)) {
    totals[name] += figure;
  }
  for (const [kind, many] of Object.entries(faults)) {
    totals.faults[kind] += many;
  }
  totals.broken.push(...broken);
}

function showProgress({ histories }, count, began) {
  if (process.stdout.isTTY) {
    process.stdout.write(`\r${histories} of ${count} histories in ${secondsSince(began)} s`);
  }
}

function showTotals({ histories, simulated, terms, runs, effects, messagesLost, faults }, first, began) {
  const days = (simulated / 86_400_000).toFixed(1);
  console.log(
    `\n${histories} histories from seed ${first} on, ${days} simulated days, in ${secondsSince(began)} s`,
  );
  console.log(`${terms} terms, ${runs} runs, ${effects} effects, ${messagesLost} messages lost`);
  console.log(
    Object.entries(faults)
      .map(([kind, many]) => `${kind}: ${many}`)
      .join(', '),
  );
}

async function explain({ seed, violations }) {
  const history = await shrink(seed);
  console.log(`\nThe history of seed ${seed} has broken a rule:`);
  violations.forEach(({ rule, finding }) => console.log(`  ${rule} But ${finding}`));
  console.log(`\nThe simplest one that does so:\n${JSON.stringify(history)}\n\n${await traceOf(history)}`);
  console.log(`\nReplay it: npm run simulate -- --seed ${seed} --shrink`);
}

function secondsSince(began) {
  return ((performance.now() - began) / 1000).toFixed(1);
}
