export { WaitPageModule } from './wait-page.module.js';
export { WAIT_PAGE_OPTIONS } from './page.options.js';
export type {
  PageAccessFunction,
  WaitPageAsyncOptions,
  WaitPageOptions,
  WaitPageOptionsFactory,
  WaitPagePlacement,
  WaitPageSettings,
} from './page.options.js';
export type { PageAccess } from './page-data.js';
