/**
 * One way to run loops.
 *
 * @typedef {object} Adapter
 * @property {string} name
 * @property {string} [note] - What it does not do that the others do.
 * @property {boolean} [jitters] - Whether its waits can be stretched at random; without, `jitter` is always
 *   0.
 * @property {number} [shortest] - Its shortest period in milliseconds, where that is more than 1.
 * @property {number} [most] - How many loops it is started with at most, where 100,000 exceed the memory or
 *   the patience.
 * @property {(options: StartOptions) => Stop | Promise<Stop>} start - Starts the loops, and returns what
 *   stops them.
 *
 * @typedef {() => unknown} Stop
 *
 * @typedef {object} StartOptions
 * @property {number} loops
 * @property {number} period - Milliseconds.
 * @property {number} jitter - The largest share that is added to the period.
 * @property {number | 'jitter'} [initialDelay] - The wait before the first run; only ours.
 * @property {boolean} async - Whether `run` returns a promise.
 * @property {() => unknown} run
 * @property {string} [observer] - What observes the loops, a name of `observers.mjs`; only `observed`.
 * @property {number} [workers] - How many of the loops are workers of one method; only `observed`.
 */

/** @returns {Promise<Adapter>} */
export async function loadAdapter(file) {
  return (await import(`./${file}.mjs`)).default;
}
