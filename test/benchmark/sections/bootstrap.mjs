const ROWS = [
  { module: 'none', row: 'the application alone' },
  { module: 'ours', row: 'with WaitModule' },
  { module: 'schedule', row: 'with ScheduleModule' },
];

/** @returns {import('../run-section.mjs').Section} */
export function bootstrap(quick) {
  const counts = quick ? [1000] : [100, 1000, 5000];
  return {
    title: 'Bootstrap of a Nest application',
    text: 'Milliseconds to boot an application with this many providers of ten methods each and no loop: what looking for loops costs.',
    repetitions: quick ? 1 : 5,
    baseline: ROWS[0].row,
    jobs: counts.flatMap((providers) =>
      ROWS.map(({ module, row }) => ({
        measure: 'bootstrap',
        args: { module, providers },
        row,
        columns: { milliseconds: `${providers.toLocaleString('en')} providers` },
      })),
    ),
  };
}
