import type { ModuleMetadata } from '@nestjs/common';
import type { WaitModuleOptions } from 'nestjs-wait';
import type { PageAccess, PageData } from '../../src/page/page-data.js';
import { PageDataSource, type PageDataOptions } from '../../src/page/page-data-source.js';
import type { PageQuery } from '../../src/page/page-query.js';
import { compile, type Booted } from './boot.js';

/** An application whose page answers requests for data. */
export interface PageBooted extends Booted {
  readonly source: PageDataSource;
  /** What a request gets. */
  readonly data: (query?: PageQuery, access?: PageAccess) => PageData;
}

const OPTIONS: PageDataOptions = { title: 'Loops', refresh: 2000, history: 30, showErrors: false };

/** Boots an application with the data of the page, and lets the first runs happen. */
export async function bootPage(
  metadata: ModuleMetadata = {},
  options: WaitModuleOptions = {},
  page: Partial<PageDataOptions> = {},
): Promise<PageBooted> {
  const booted = await compile(
    { ...metadata, providers: [...(metadata.providers ?? []), PageDataSource] },
    options,
  );
  const source = booted.app.get(PageDataSource);
  source.open({ ...OPTIONS, ...page });
  await booted.app.init();
  await booted.clock.advance(0);
  const data = (query: PageQuery = {}, access: PageAccess = 'all'): PageData =>
    JSON.parse(source.json(query, access).toString()) as PageData;
  return { ...booted, source, data };
}
