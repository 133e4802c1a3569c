import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { PageDataSource } from './page-data-source.js';
import { WAIT_PAGE_PLACEMENT, type PagePlacement } from './page-placement.js';
import { WAIT_PAGE_OPTIONS } from './page.options.js';
import { readPageOptions, type ResolvedPageOptions } from './read-page-options.js';

/** Reads and checks the options of the page. */
@Injectable()
export class PageSettings implements OnModuleInit {
  private resolved: ResolvedPageOptions | undefined;
  private isOpen = false;

  constructor(
    @Inject(WAIT_PAGE_OPTIONS) private readonly written: unknown,
    @Inject(WAIT_PAGE_PLACEMENT) private readonly placement: PagePlacement,
    private readonly source: PageDataSource,
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

  /** Finds every mistake, also in an application that serves nothing. Nest may call a hook more than once. */
  onModuleInit(): void {
    if (!this.isOpen) {
      this.source.open(this.options);
      this.isOpen = true;
    }
  }
}
