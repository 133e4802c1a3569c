import { OURS, SCHEDULE } from '../libraries.mjs';

/** @returns {import('../run-section.mjs').Section} */
export function importTime(quick) {
  return {
    title: 'Import',
    text: 'Milliseconds to import the package when @nestjs/common and @nestjs/core are there already.',
    repetitions: quick ? 2 : 5,
    jobs: [
      { row: 'nestjs-wait', library: OURS },
      { row: '@nestjs/schedule', library: SCHEDULE },
    ].map(({ row, library }) => ({
      measure: 'import',
      args: { library },
      row,
      columns: { milliseconds: 'ms' },
    })),
  };
}
