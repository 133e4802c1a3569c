/** The repository's own build; `npm run bench` makes it. */
export const OURS = new URL('../../dist/esm/index.js', import.meta.url).href;
export const SCHEDULE = import.meta.resolve('@nestjs/schedule');
