/** The repository's own build, which `npm run bench` makes, or the build that a job names. */
export const OURS = process.env.NESTJS_WAIT ?? new URL('../../dist/esm/index.js', import.meta.url).href;
export const SCHEDULE = import.meta.resolve('@nestjs/schedule');
