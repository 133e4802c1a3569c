import { bootstrap } from './bootstrap.mjs';
import { cpu } from './cpu.mjs';
import { herd } from './herd.mjs';
import { idle } from './idle.mjs';
import { importTime } from './import-time.mjs';
import { lateness } from './lateness.mjs';
import { observing } from './observing.mjs';
import { page } from './page.mjs';
import { periods } from './periods.mjs';
import { scaling } from './scaling.mjs';
import { scraping } from './scraping.mjs';
import { soak } from './soak.mjs';
import { sparse } from './sparse.mjs';

/** All sections in the order of the results, each a function of whether it has to be quick. */
export const sections = [
  cpu,
  observing,
  scraping,
  page,
  idle,
  periods,
  scaling,
  sparse,
  lateness,
  herd,
  bootstrap,
  importTime,
  soak,
];
