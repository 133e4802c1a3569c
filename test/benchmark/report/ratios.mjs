/**
 * Jobs whose figures are divided by those of other jobs, each by the figure of the same repetition.
 *
 * @param {import('../run-section.mjs').MeasuredJob[]} jobs
 * @param {import('../run-section.mjs').MeasuredJob[]} baselines - One for each job, in the same order.
 * @returns {import('../run-section.mjs').MeasuredJob[]}
 */
export function ratios(jobs, baselines) {
  return jobs.map((job, index) => ({
    ...job,
    samples: job.samples.map((figures, repetition) =>
      divide(job, figures, baselines[index].samples[repetition]),
    ),
  }));
}

function divide({ columns }, figures, baseline) {
  return Object.fromEntries(
    Object.keys(columns).map((figure) => [figure, figures[figure] / baseline[figure]]),
  );
}
