import { reasonOf, stackOf } from '../core/values/error-text.js';
import type { LoopOverview } from '../nest/observe/loop-overview.js';
import type { LoopInfo } from '../nest/run/loop-info.js';
import type { ManagedLoop } from '../nest/run/managed-loop.js';
import { describeFailureBackoff, describeOptions } from './describe-options.js';
import type { LoopHistory } from './loop-history.js';
import type { PageDetail, PageLoop } from './page-data.js';

/** A row before it is written, when its dates are no strings yet. */
type Row = {
  [Member in keyof PageLoop]: Member extends keyof LoopInfo ? LoopInfo[Member] : PageLoop[Member];
};

/** Writes loops as JSON. */
export class LoopTexts {
  constructor(
    private readonly overview: LoopOverview,
    private readonly history: LoopHistory,
    private readonly showErrors: boolean,
  ) {}

  /** Writes a {@link PageLoop}. */
  row(loop: ManagedLoop): string {
    // The error itself stays here: it may hold secrets.
    const { lastError: _, ...info } = this.overview.describe(loop);
    const problem = this.overview.problemOf(loop);
    const { hungAfter } = loop.spec;
    const row: Row = {
      ...info,
      ...(info.hung && hungAfter !== undefined && { hungAfter }),
      ...(problem !== undefined && { problem }),
      ...this.errorOf(loop, reasonOf),
      history: this.history.of(loop),
    };
    return JSON.stringify(row);
  }

  /** Writes a {@link PageDetail}. */
  detail(loop: ManagedLoop): string {
    const { spec, fencingToken, isTemporary } = loop;
    const detail: PageDetail = {
      name: loop.name,
      options: describeOptions(spec, isTemporary ? 'service' : 'decorator'),
      ...(spec.failureBackoff !== undefined && {
        failureBackoff: describeFailureBackoff(spec.failureBackoff),
      }),
      ...(fencingToken !== undefined && { fencingToken }),
      ...this.errorOf(loop, stackOf),
      runs: this.history.runsOf(loop),
    };
    return JSON.stringify(detail);
  }

  /** What ended a loop says more than what its last failed run threw. */
  private errorOf(
    { crash, figures: { trouble } }: ManagedLoop,
    write: (error: unknown) => string,
  ): { readonly lastError?: string } {
    const hasError = crash !== undefined || trouble.failures > 0;
    return this.showErrors && hasError ? { lastError: write(crash ? crash.error : trouble.lastError) } : {};
  }
}
