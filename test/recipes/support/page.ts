import { Page } from '../../docs/page.js';

/** The page that shows the recipes. */
export const page = new Page('docs/tracing-and-context.md');
