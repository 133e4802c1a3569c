import { ours } from '../adapters/index.mjs';
import { OURS } from '../libraries.mjs';
import { ratios } from '../report/ratios.mjs';
import { table } from '../report/table.mjs';

/**
 * What the build at hand costs beside an earlier one, which `--before` names.
 *
 * @param {boolean} quick
 * @param {import('../build-of.mjs').Build} before
 * @returns {import('../run-section.mjs').Section}
 */
export function beforeAndAfter(quick, { ref, commit, library }) {
  const idleLoops = quick ? 10_000 : 100_000;
  return {
    title: 'Before and after',
    text:
      `The build at hand beside that of ${ref} (${commit}). The first table has the ratios after/before, each taken within one repetition: 1 is no change, and less is better. ` +
      'The second table has the figures: microseconds of CPU that one round takes while 10,000 loops of 1 ms run, bytes of heap that each of ' +
      `${idleLoops.toLocaleString('en')} loops of one hour takes while it waits, and the microseconds a loop to start and to stop them.`,
    repetitions: quick ? 8 : 12,
    jobs: measurements(idleLoops).flatMap((measurement) =>
      ours.flatMap(({ file, name }) => {
        const args = { adapter: file, ...measurement.args };
        return [
          { ...measurement, args, row: `${name}, before`, library },
          { ...measurement, args, row: name, library: OURS },
        ];
      }),
    ),
    table(jobs) {
      const after = jobs.filter((job) => job.library === OURS);
      const before = jobs.filter((job) => job.library === library);
      return [table({}, ratios(after, before)), table({}, jobs)].join('\n\n');
    },
  };
}

function measurements(idleLoops) {
  const busy = { loops: 10_000, period: 1, saturated: true, settle: 300, window: 400 };
  return [
    { measure: 'cpu', args: busy, columns: { microsecondsPerRound: 'sync' } },
    { measure: 'cpu', args: { ...busy, async: true }, columns: { microsecondsPerRound: 'async' } },
    { measure: 'cpu', args: { ...busy, jitter: 1 }, columns: { microsecondsPerRound: 'jittered' } },
    {
      measure: 'idle',
      args: { loops: idleLoops, period: 3_600_000 },
      columns: { bytesPerLoop: 'bytes', startMicroseconds: 'start', stopMicroseconds: 'stop' },
    },
  ];
}
