import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

/**
 * One table of the results, and how its figures come about.
 *
 * @typedef {object} Section
 * @property {string} title
 * @property {string} text - What is compared with what, and the unit of each column.
 * @property {number} repetitions - All jobs run once, then all once more, so that a slow minute of the
 *   machine meets them all. Every second time the order is reversed, so that no job always goes first.
 * @property {string} [baseline] - The row whose figure of the same repetition the others are divided by.
 * @property {Job[]} jobs
 * @property {(jobs: MeasuredJob[]) => string} [table] - Markdown, where it is not the usual table.
 * @property {(jobs: MeasuredJob[]) => Record<string, string>} [charts] - SVG by file name.
 *
 * @typedef {object} Job - One process that measures.
 * @property {string} measure - A file of `measure/`.
 * @property {object} args
 * @property {string} [library] - URL of the build of this library that it measures, where it is not the one
 *   at hand.
 * @property {string} row
 * @property {number} [repetitions] - Where they are fewer than the section's.
 * @property {Record<string, string>} columns - Which column each figure is shown in.
 *
 * @typedef {Job & { samples: Record<string, unknown>[] }} MeasuredJob - With the figures of each repetition.
 */

/** Milliseconds after which a measurement that is still at it has failed. */
const HUNG = 120_000;

/**
 * Measures a section: every job in a fresh process, one at a time.
 *
 * @param {Section} section
 * @returns {Promise<MeasuredJob[]>}
 */
export async function runSection({ title, repetitions, jobs }) {
  const measured = jobs.map((job) => ({ ...job, samples: [] }));
  for (let repetition = 1; repetition <= repetitions; repetition++) {
    console.error(`${title}, ${repetition} of ${repetitions}`);
    const due = measured.filter((job) => repetition <= (job.repetitions ?? repetitions));
    for (const job of repetition % 2 === 1 ? due : due.toReversed()) {
      job.samples.push(await measure(job));
    }
  }
  return measured;
}

async function measure({ measure: file, args, library }) {
  const script = fileURLToPath(new URL(`measure/${file}.mjs`, import.meta.url));
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['--expose-gc', script, JSON.stringify(args)],
    { timeout: HUNG, env: library ? { ...process.env, NESTJS_WAIT: library } : process.env },
  );
  return JSON.parse(stdout);
}
