import { hostname } from 'node:os';
import { Inject, Injectable, Optional } from '@nestjs/common';
import { LoopRegistry, WAIT_CLOCK, type Clock } from '../index.js';
import type { PageAccess } from './page-data.js';
import { PageSettings } from './page-settings.js';

const KEPT_FOR = 1000;

/** Makes what the page shows. */
@Injectable()
export class PageDataSource {
  readonly instance = `${hostname()}-${process.pid}`;
  private built: { readonly at: number; readonly loops: readonly object[] } | undefined;

  constructor(
    private readonly settings: PageSettings,
    @Optional() private readonly registry?: LoopRegistry,
    @Optional() @Inject(WAIT_CLOCK) private readonly clock?: Clock,
  ) {}

  json(query: { readonly q?: string }, access: PageAccess): string {
    const now = this.clock?.now() ?? 0;
    if (this.built === undefined || now - this.built.at >= KEPT_FOR) {
      this.built = { at: now, loops: this.registry?.list() ?? [] };
    }
    const { title, refresh } = this.settings.options;
    return JSON.stringify({
      instance: this.instance,
      title,
      refresh,
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
