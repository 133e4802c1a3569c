import { Inject, Injectable, Optional, type OnModuleInit } from '@nestjs/common';
import { LoopRegistry } from '../index.js';
import { needsWaitModule } from '../nest/declare/module-options.js';
import { PAGE_MODULE, WAIT_PAGE_OPTIONS } from './page.options.js';
import { WAIT_PAGE_PLACEMENT, type PagePlacement } from './page-placement.js';
import { readPageOptions, type ResolvedPageOptions } from './read-page-options.js';

/** Reads and checks the options of the page. */
@Injectable()
export class PageSettings implements OnModuleInit {
  private resolved: ResolvedPageOptions | undefined;

  constructor(
    @Inject(WAIT_PAGE_OPTIONS) private readonly written: unknown,
    @Inject(WAIT_PAGE_PLACEMENT) private readonly placement: PagePlacement,
    @Optional() private readonly registry?: LoopRegistry,
  ) {}

  /**
   * The options. They are read when they are first needed and not in the constructor, so that a mistake in
   * them fails the bootstrap.
   *
   * @throws WaitError `WAIT_ERR_INVALID_OPTION` or `WAIT_ERR_INVALID_DURATION`, naming the option and the
   *   value.
   */
  get options(): ResolvedPageOptions {
    this.resolved ??= readPageOptions(this.written, this.placement);
    return this.resolved;
  }

  /** Finds every mistake, in an application that serves no page too. */
  onModuleInit(): void {
    void this.options;
    if (this.registry === undefined) {
      throw needsWaitModule(PAGE_MODULE);
    }
  }
}
