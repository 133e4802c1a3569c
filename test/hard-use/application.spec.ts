import { afterEach, beforeAll, expect, it, jest } from '@jest/globals';
import type { Vitals } from './application/vitals.js';
import { bundle } from './support/bundle.js';
import { Child } from './support/child.js';
import { Clients } from './support/clients.js';

const MINUTES = Number(process.env['HARD_USE_MINUTES'] ?? 5);
const SEED = Number(process.env['HARD_USE_SEED'] ?? Date.now() % 2 ** 31);
const LOOPS = 5000;

jest.setTimeout((MINUTES * 2 + 3) * 60_000);

/** What the process tells in the end. */
interface Report {
  readonly complaints: readonly string[];
  readonly complained: number;
  readonly checks: Readonly<Record<string, number>>;
  readonly runs: number;
  readonly runsPerSecond: number;
  /** In milliseconds. */
  readonly lateness: { readonly p50: number; readonly p99: number; readonly most: number };
  /** How much of one core it took. */
  readonly cpu: number;
  readonly done: Readonly<Record<string, number>>;
  readonly terms: number;
  /** How many loops were told to stop. */
  readonly toStop: number;
  /** How many run forever. */
  readonly lasting: number;
  readonly open: number;
  readonly stopping: number;
  readonly samples: readonly Vitals[];
  readonly held: readonly [Vitals, Vitals];
}

/**
 * How much the heap may grow in the second half: so much for what V8 itself still compiles, and so much for
 * each run. An object that each run leaves in a list takes 40 bytes or more.
 */
const COMPILED = 1.5 * 2 ** 20;
const LEFT_BY_A_RUN = 16;

let child: Child | undefined;
let program: string;

beforeAll(async () => {
  program = await bundle('application/main');
});
afterEach(() => child?.kill('SIGKILL'));

it(`runs ${LOOPS} loops for ${MINUTES} minutes (HARD_USE_SEED=${SEED}), steered at random: none is lost, doubled or overlapping, nothing grows, and SIGTERM ends it cleanly`, async () => {
  child = new Child(program, [SEED, MINUTES, LOOPS].map(String));
  const { origin } = await child.says<{ origin: string }>('LISTENING');
  const clients = new Clients(origin);
  await child.says('READY');
  await clients.stop();
  const told = performance.now();
  child.kill('SIGTERM');
  const report = await child.says<Report>('REPORT');
  const ending = await child.ended;
  const took = performance.now() - told;
  const { samples, held } = report;
  print(report, clients, took);

  expect(report.complaints).toEqual([]);
  expect(report.complained).toBe(0);
  // Each check has been made, and each kind of action.
  expect(Object.values(report.checks).filter((count) => count === 0)).toEqual([]);
  expect(Object.keys(report.done).toSorted()).toEqual([
    'pause',
    'resume',
    'start',
    'stop',
    'trigger',
    'update',
  ]);
  expect(report.terms).toBeGreaterThan(1);
  expect({ open: report.open, stopping: report.stopping }).toEqual({ open: 0, stopping: 0 });

  // Each client was answered all the time. Only readiness may be down: some loops fail.
  expect(clients.refused).toEqual([]);

  // Nothing grows.
  const measured = samples.at(-1)!.runs - samples[0]!.runs;
  // A busy process takes a last step late. What goes on growing grows at the end, too.
  const growth = Math.min(bytesPerRun(samples), bytesPerRun(samples.slice(-3)));
  expect(growth * measured).toBeLessThan(COMPILED + LEFT_BY_A_RUN * measured);
  const [before, after] = held;
  expect(after.listeners).toBe(before.listeners);

  // A clean end, with all runs awaited.
  expect(ending).toEqual({ code: null, signal: 'SIGTERM' });
  const forever = `Running forever: (?:[^,.]+, ){9}[^,.]+ and ${report.lasting - 10} more`;
  expect(child.lines.at(-1)).toMatch(
    new RegExp(`^LOG: Stopped ${report.toStop} loops in [\\d.]+m?s\\. ${forever}\\.$`),
  );
  expect(took).toBeLessThan(20_000);
});

/** The slope of the heap over the runs. */
function bytesPerRun(samples: readonly Vitals[]): number {
  const mean = (values: readonly number[]): number =>
    values.reduce((sum, value) => sum + value, 0) / values.length;
  const [runs, heap] = [
    mean(samples.map((sample) => sample.runs)),
    mean(samples.map((sample) => sample.heap)),
  ];
  const covariance = mean(samples.map((sample) => (sample.runs - runs) * (sample.heap - heap)));
  return covariance / mean(samples.map((sample) => (sample.runs - runs) ** 2));
}

function print(
  { runs, runsPerSecond, lateness, cpu, done, terms, samples, held }: Report,
  clients: Clients,
  took: number,
): void {
  const mebibytes = (bytes: number): string => (bytes / 2 ** 20).toFixed(1);
  process.stdout.write(
    [
      `seed ${SEED}, ${LOOPS} loops, ${runs} runs, ${Math.round(runsPerSecond)} a second, ${Math.round(cpu * 100)} % of a core`,
      `lateness: p50 ${lateness.p50} ms, p99 ${lateness.p99} ms, most ${lateness.most} ms`,
      `heap: ${samples.map(({ heap }) => mebibytes(heap)).join(', ')} MiB, ${bytesPerRun(samples).toFixed(1)} bytes a run`,
      `held: ${held.map(({ heap, resources }) => `${mebibytes(heap)} MiB ${JSON.stringify(resources)}`).join(', ')}`,
      `actions: ${JSON.stringify(done)}, ${terms} terms; answers: ${JSON.stringify(clients.answers)}`,
      `SIGTERM took ${Math.round(took)} ms`,
      '',
    ].join('\n'),
  );
}
