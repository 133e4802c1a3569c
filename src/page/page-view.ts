import type { LoopOverview } from '../nest/observe/loop-overview.js';
import type { ManagedLoop } from '../nest/run/managed-loop.js';
import type { LoopTexts } from './loop-texts.js';
import type { PageData, PageProblem, PageState } from './page-data.js';
import type { PageFilter } from './page-query.js';
import type { SearchTexts } from './search-texts.js';

interface Row {
  readonly loop: ManagedLoop;
  readonly state: PageState;
  readonly problem: PageProblem | undefined;
  /** It is written for the first who gets it. */
  json: string | undefined;
}

const WORST_FIRST = ['hung', 'failing', 'overdue', undefined] as const;

/** All loops, as they are at the moment in which it is made. Each is written at most once. */
export class PageView {
  readonly builtAt: number;
  readonly counts: PageData['counts'];
  private readonly rows: readonly Row[];
  private readonly details = new Map<ManagedLoop, string>();

  constructor(
    private readonly overview: LoopOverview,
    private readonly texts: LoopTexts,
    private readonly searchTexts: SearchTexts,
  ) {
    this.builtAt = overview.now;
    const counts = { ...NONE };
    const rows = overview.all().map((loop): Row => {
      const { state } = loop;
      const problem = overview.problemOf(loop);
      counts[state]++;
      if (problem !== undefined) {
        counts[problem]++;
      }
      return { loop, state, problem, json: undefined };
    });
    this.counts = counts;
    this.rows = WORST_FIRST.flatMap((problem) => rows.filter((row) => row.problem === problem));
  }

  /** Returns how many loops match a filter, and the first of them as JSON. */
  list(filter: PageFilter): { readonly total: number; readonly loops: readonly string[] } {
    const rows = this.matching(filter);
    return { total: rows.length, loops: rows.slice(0, filter.limit).map((row) => this.jsonOf(row)) };
  }

  /** Returns the details of a loop as JSON; `undefined` if there is no such loop. */
  detail(name: string): string | undefined {
    const loop = this.overview.find(name);
    if (loop === undefined) {
      return undefined;
    }
    const detail = this.details.get(loop) ?? this.texts.detail(loop);
    this.details.set(loop, detail);
    return detail;
  }

  private matching({ text, states }: PageFilter): readonly Row[] {
    let { rows } = this;
    if (states.length > 0) {
      rows = rows.filter(({ state, problem = state }) => states.includes(state) || states.includes(problem));
    }
    return text === '' ? rows : rows.filter(({ loop }) => this.searchTexts.of(loop).includes(text));
  }

  private jsonOf(row: Row): string {
    row.json ??= this.texts.row(row.loop);
    return row.json;
  }
}

const NONE: Readonly<Record<PageState, number>> = {
  running: 0,
  waiting: 0,
  paused: 0,
  standby: 0,
  stopped: 0,
  hung: 0,
  failing: 0,
  overdue: 0,
};
