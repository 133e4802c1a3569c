import type { LoopOverview } from '../nest/observe/loop-overview.js';
import type { ManagedLoop } from '../nest/run/managed-loop.js';
import type { LoopTexts } from './loop-texts.js';
import type { PageData, PageProblem, PageState } from './page-data.js';
import { MOST_LISTED, type PageFilter } from './page-query.js';
import type { SearchTexts } from './search-texts.js';

interface Row {
  readonly loop: ManagedLoop;
  readonly state: PageState;
  readonly problem: PageProblem | undefined;
  /** It is written for the first who gets it. */
  json: string | undefined;
}

/** The loops that match a filter. */
export interface PageList {
  readonly total: number;
  /** The first of them, as members of a JSON list. */
  readonly json: Buffer;
}

/** How many loops of very many are listed, so that nobody waits long for a list that nobody reads. */
const LISTED_OF_MANY = 100;

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

/**
 * All loops, with the states and the problems of the moment in which it is made. Each of them is written at
 * most once, for the first request that lists it. So the figures of a row may be younger than its problem.
 */
export class PageView {
  /** When it was made, on the monotonic clock. */
  readonly madeAt: number;
  readonly counts: PageData['counts'];
  /** The worst first, otherwise in the order of the registry. */
  private readonly rows: Map<ManagedLoop, Row>;
  private readonly details = new Map<ManagedLoop, string>();
  /** Most requests ask for what the one before them did. */
  private last: { readonly filter: string; readonly list: PageList } | undefined;

  constructor(
    private readonly overview: LoopOverview,
    private readonly texts: LoopTexts,
    private readonly searchTexts: SearchTexts,
  ) {
    this.madeAt = overview.now;
    const counts = { ...NONE };
    const unwell: Record<PageProblem, Row[]> = { hung: [], failing: [], overdue: [] };
    const well: Row[] = [];
    for (const loop of overview.all()) {
      const { state } = loop;
      const problem = overview.problemOf(loop, this.madeAt);
      const row: Row = { loop, state, problem, json: undefined };
      counts[state]++;
      if (problem === undefined) {
        well.push(row);
      } else {
        counts[problem]++;
        unwell[problem].push(row);
      }
    }
    this.counts = counts;
    const rows = [...unwell.hung, ...unwell.failing, ...unwell.overdue, ...well];
    this.rows = new Map(rows.map((row) => [row.loop, row]));
  }

  list(filter: PageFilter): PageList {
    const key = JSON.stringify(filter);
    if (this.last?.filter !== key) {
      this.last = { filter: key, list: this.newList(filter) };
    }
    return this.last.list;
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

  /** Forgets a loop that has left the registry, since nobody may ask for another view. */
  drop(loop: ManagedLoop): void {
    this.rows.delete(loop);
    this.details.delete(loop);
    this.last = undefined;
  }

  private newList({ text, states, limit, open }: PageFilter): PageList {
    let rows = Array.from(this.rows.values());
    if (states.length > 0) {
      const wanted = new Set<string>(states); // the request may name thousands of them
      rows = rows.filter(({ state, problem = state }) => wanted.has(state) || wanted.has(problem));
    }
    if (text !== '') {
      rows = rows.filter(({ loop }) => this.searchTexts.of(loop).includes(text));
    }
    const listed = firstOf(rows, limit ?? this.usualLimit, open).map((row) => this.jsonOf(row));
    return { total: rows.length, json: Buffer.from(listed.join()) };
  }

  private get usualLimit(): number {
    return this.rows.size > MOST_LISTED ? LISTED_OF_MANY : MOST_LISTED;
  }

  private jsonOf(row: Row): string {
    row.json ??= this.texts.row(row.loop, row.problem);
    return row.json;
  }
}

/**
 * Selects the first rows. Somebody is at work on a loop that is open or paused, and must not lose sight of it
 * once it is mended, so these come before others that are well. The order stays.
 */
function firstOf(rows: readonly Row[], limit: number, open: string | undefined): readonly Row[] {
  if (rows.length <= limit) {
    return rows;
  }
  const inWork = rows.filter(({ loop, problem }) => problem !== undefined || loop.isPaused);
  const byRank = [
    ...rows.filter(({ loop }) => loop.name === open),
    ...inWork.slice(0, limit),
    ...rows.slice(0, limit),
  ];
  const selected = new Set(Array.from(new Set(byRank)).slice(0, limit));
  return rows.filter((row) => selected.has(row));
}
