import type { RunOutcome } from '../core/loop/loop.js';
import type { OptionSource } from '../nest/declare/option-sources.js';
import type { LoopInfo } from '../nest/run/loop-info.js';

// What the page gets from the server. Both sides are compiled against these types, so this file has no code.

/** What somebody may do on the page: look and act, or only look. */
export type PageAccess = 'all' | 'read';

/** What is wrong with a loop: its run hangs, its last run has failed, or it is overdue. */
export type PageProblem = 'hung' | 'failing' | 'overdue';

/** By what the list can be filtered, and what is counted. A loop with a problem also counts by its state. */
export type PageState = LoopInfo['state'] | PageProblem;

/** What `GET data` answers. */
export interface PageData {
  /** Which replica has answered: host, process, and four characters at random. */
  readonly instance: string;
  /** The groups that this replica leads. */
  readonly leading: readonly string[];
  /** When the application started. */
  readonly startedAt: string;
  /** What the server's clock shows. Everything is shown relative to it, since the browser's may be wrong. */
  readonly now: string;
  readonly title: string;
  /** How often the page asks, in milliseconds. */
  readonly refresh: number;
  readonly access: PageAccess;
  /** Whether texts of errors are shown. */
  readonly showErrors: boolean;
  /** How many loops there are of each state, and of each problem, whatever the filter is. */
  readonly counts: Readonly<Record<PageState, number>>;
  /** How many loops match the filter. At most `limit` of them are listed. */
  readonly total: number;
  /** Problems come first: hung, failing, overdue. Otherwise the order is that of the registry. */
  readonly loops: readonly PageLoop[];
  /** Details of the loop that the request names; absent if there is no such loop. */
  readonly detail?: PageDetail;
}

type Dates = 'lastStart' | 'lastSuccess' | 'lastFailure' | 'runningSince' | 'nextStart';

/** A loop, as `LoopInfo` describes it. Dates are written as strings. */
export interface PageLoop
  extends Omit<LoopInfo, Dates | 'lastError'>, Readonly<Partial<Record<Dates, string>>> {
  /** Its name in the options `loops`; absent if that is `name`, which ends with the number of a worker. */
  readonly loop?: string;
  /** It was started with `BackoffUntilService`, so the options `loops` do not reach it; absent otherwise. */
  readonly isTemporary?: true;
  readonly problem?: PageProblem;
  /** After how many milliseconds a run is reported as hung; absent unless one is. */
  readonly hungAfter?: number;
  /** What the last failed run threw, in one line; only with `showErrors`. */
  readonly lastError?: string;
  readonly history: PageHistory;
}

/** The last 30 runs of a loop at most, the oldest first. */
export interface PageHistory {
  /** A letter for each run: `s`ucceeded, `f`ailed, `t`imed out, `a`borted, s`k`ipped. */
  readonly outcomes: string;
  /** How many milliseconds each run took. */
  readonly durations: readonly number[];
}

/** What is shown of the one loop that is open. */
export interface PageDetail {
  readonly name: string;
  /** What is written for the loop, and where. */
  readonly options: readonly PageOption[];
  /** How its waits grow while runs fail, in words; absent if failures do not change them. */
  readonly failureBackoff?: string;
  /** Absent if this replica does not lead the loop's group, or if the lock has none. */
  readonly fencingToken?: string;
  /** What the last failed run threw, with its stack and its causes; only with `showErrors`. */
  readonly lastError?: string;
  /** All runs that are kept, the newest first. */
  readonly runs: readonly PageRun[];
}

export interface PageOption {
  readonly name: string;
  /** As it is written: `5s`, `true`. */
  readonly value: string;
  /** Where it is written. */
  readonly from: OptionSource;
}

export interface PageRun {
  readonly run: number;
  readonly startedAt: string;
  readonly duration: number;
  readonly outcome: RunOutcome;
}

/** What `POST actions` takes. */
export interface PageAction {
  /** The name of a loop in the list. */
  readonly loop: string;
  readonly action: 'pause' | 'resume' | 'trigger';
  /** The replica that is meant, as `PageData.instance` named it. Left out: whichever answers. */
  readonly instance?: string;
  /** Why, for `pause`. It becomes the reason that the log and the page show. */
  readonly note?: string;
}

/** What `POST actions` answers. */
export interface PageAnswer {
  /** Which replica has answered. */
  readonly instance: string;
  /** What happened or, unless the status is 200, why nothing happened: a sentence for people. */
  readonly message: string;
  /** The code of a `WaitError`, such as `WAIT_ERR_NOT_LEADER`. */
  readonly code?: string;
}
