import type { PageData, PageLoop } from '../../src/page/page-data.js';

export const NOW = Date.parse('2026-03-29T03:00:00Z');

/** Writes a date as the server does: so many milliseconds after `NOW`. */
export function at(milliseconds: number): string {
  return new Date(NOW + milliseconds).toISOString();
}

/** A loop that waits, and with which nothing is wrong. */
export function pageLoop(name: string, other: Partial<PageLoop> = {}): PageLoop {
  return {
    name,
    kind: 'Until',
    schedule: 'every 5s',
    enabled: true,
    state: 'waiting',
    paused: false,
    runs: 3,
    failures: 0,
    consecutiveFailures: 0,
    timeouts: 0,
    skips: 0,
    aborts: 0,
    hung: false,
    overdue: false,
    history: { outcomes: 'sss', durations: [1, 2, 3] },
    ...other,
  };
}

/** A loop that fails. */
export function failingLoop(name: string, other: Partial<PageLoop> = {}): PageLoop {
  return pageLoop(name, { problem: 'failing', consecutiveFailures: 2, failures: 2, ...other });
}

/** An answer of a server that runs these loops. */
export function pageData(loops: readonly PageLoop[], other: Partial<PageData> = {}): PageData {
  return {
    instance: 'web-1',
    leading: [],
    startedAt: at(-60_000),
    now: at(0),
    title: 'Loops',
    refresh: 2000,
    access: 'all',
    showErrors: false,
    counts: {
      running: 0,
      waiting: loops.length,
      paused: 0,
      standby: 0,
      stopped: 0,
      hung: 0,
      failing: 0,
      overdue: 0,
    },
    total: loops.length,
    loops,
    ...other,
  };
}
