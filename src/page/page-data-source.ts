import { hostname } from 'node:os';
import { Inject, Injectable, Optional } from '@nestjs/common';
import { LoopRegistry, WAIT_CLOCK, type Clock } from '../index.js';
import type { PageAccess } from './page-data.js';
import { PAGE_MODULE } from './page.options.js';
import { needsWaitModule } from '../nest/declare/module-options.js';

const KEPT_FOR = 1000;

/** Makes what the page shows. */
@Injectable()
export class PageDataSource {
  readonly instance = `${hostname()}-${process.pid}`;
  private built: { readonly at: number; readonly loops: readonly object[] } | undefined;

  constructor(
    @Optional() private readonly registry?: LoopRegistry,
    @Optional() @Inject(WAIT_CLOCK) private readonly clock?: Clock,
  ) {}

  private options: { readonly title: string; readonly refresh: number } | undefined;

  open(options: { readonly title: string; readonly refresh: number }): void {
    if (this.registry === undefined) {
      throw needsWaitModule(PAGE_MODULE);
    }
    this.options = options;
  }

  json(query: { readonly q?: string }, access: PageAccess): string {
    const now = this.clock?.now() ?? 0;
    if (this.built === undefined || now - this.built.at >= KEPT_FOR) {
      this.built = { at: now, loops: this.registry?.list() ?? [] };
    }
    return JSON.stringify({
      instance: this.instance,
      ...this.options,
      access,
      query,
      total: this.built.loops.length,
      loops: this.built.loops,
    });
  }

  forget(): void {
    this.built = undefined;
  }
}
