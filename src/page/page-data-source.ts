import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { Inject, Injectable, Optional } from '@nestjs/common';
import { LoopRegistry } from '../index.js';
import { needsWaitModule } from '../nest/declare/module-options.js';
import { WAIT_LOOP_OVERVIEW } from '../nest/declare/wait.options.js';
import type { LoopOverview } from '../nest/observe/loop-overview.js';
import { LoopHistory } from './loop-history.js';
import { LoopTexts } from './loop-texts.js';
import type { PageAccess, PageData } from './page-data.js';
import { filterOf, type PageQuery } from './page-query.js';
import { PageView } from './page-view.js';
import { PAGE_MODULE } from './page.options.js';
import type { ResolvedPageOptions } from './read-page-options.js';
import { SearchTexts } from './search-texts.js';

/** The options that the data depends on. */
export type PageDataOptions = Pick<ResolvedPageOptions, 'title' | 'refresh' | 'history' | 'showErrors'>;

/** What all requests share. */
interface Opened {
  readonly overview: LoopOverview;
  readonly texts: LoopTexts;
  readonly options: PageDataOptions;
  readonly startedAt: Date;
}

/** For how many milliseconds all requests see the same loops. */
const LASTS = 1000;

/** Answers requests for data. However many there are, the loops are looked through once a second. */
@Injectable()
export class PageDataSource {
  /** Names this application among the replicas. Host and process may be those of another one, or of a former. */
  readonly instance = `${hostname()}-${process.pid}-${randomBytes(2).toString('hex')}`;
  private readonly searchTexts = new SearchTexts();
  private opened: Opened | undefined;
  private view: PageView | undefined;

  constructor(
    @Optional() private readonly registry?: LoopRegistry,
    @Optional() @Inject(WAIT_LOOP_OVERVIEW) private readonly overview?: LoopOverview,
  ) {}

  /**
   * Keeps the runs of all loops from now on. It is called once, when the application starts.
   *
   * @throws WaitError `WAIT_ERR_FOR_ROOT` without WaitModule.
   */
  open(options: PageDataOptions): void {
    const { registry, overview } = this;
    if (registry === undefined || overview === undefined) {
      throw needsWaitModule(PAGE_MODULE);
    }
    const history = new LoopHistory(overview, options.history);
    registry.onLoopEvent(history.add);
    overview.whenRemoved((loop) => this.view?.drop(loop));
    const texts = new LoopTexts(overview, history, options.showErrors);
    this.opened = { overview, texts, options, startedAt: overview.wallNow };
  }

  /** Returns a {@link PageData} as JSON. Its largest part is made once for many requests. */
  json(query: PageQuery, access: PageAccess): Buffer {
    const { overview, texts, options, startedAt } = this.opened as Opened;
    const view = this.currentView(overview, texts);
    const { total, json: loops } = view.list(filterOf(query));
    const detail = query.loop === undefined ? undefined : view.detail(query.loop);
    const head: Omit<PageData, 'loops' | 'detail'> = {
      instance: this.instance,
      leading: overview.leading(),
      startedAt: startedAt.toISOString(),
      now: overview.wallNow.toISOString(),
      title: options.title,
      refresh: options.refresh,
      access,
      showErrors: options.showErrors,
      counts: view.counts,
      total,
    };
    const beforeLoops = `${JSON.stringify(head).slice(0, -1)},"loops":[`;
    const afterLoops = detail === undefined ? ']}' : `],"detail":${detail}}`;
    return Buffer.concat([Buffer.from(beforeLoops), loops, Buffer.from(afterLoops)]);
  }

  /** Looks at the loops anew for the next request, which wants to see what an action has done. */
  forget(): void {
    this.view = undefined;
  }

  private currentView(overview: LoopOverview, texts: LoopTexts): PageView {
    if (this.view === undefined || overview.now - this.view.madeAt >= LASTS) {
      this.view = new PageView(overview, texts, this.searchTexts);
    }
    return this.view;
  }
}
