import { OURS, SCHEDULE } from '../libraries.mjs';

const EMPTY = new URL('../measure/importing-nest.mjs', import.meta.url).href;

/** @returns {import('../run-section.mjs').Section} */
export function importTime(quick) {
  return {
    title: 'Import',
    text:
      'Milliseconds to import the package when @nestjs/common and @nestjs/core are there already; beside it a module that does nothing but import something from both, ' +
      'so that the difference is what the package adds.',
    repetitions: quick ? 1 : 7,
    jobs: [
      { row: 'a module that imports Nest', module: EMPTY, nestOf: SCHEDULE },
      { row: 'nestjs-wait', module: OURS, nestOf: OURS },
      { row: '@nestjs/schedule', module: SCHEDULE, nestOf: SCHEDULE },
    ].map(({ row, ...args }) => ({
      measure: 'import',
      args,
      row,
      columns: { milliseconds: 'ms' },
    })),
  };
}
