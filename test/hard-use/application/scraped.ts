import { noRuns, type Counts, type Oracle } from './oracle.js';

const LINE = /^nestjs_wait_runs_total\{loop="([^"]*)",outcome="(\w+)"\} (\d+)$/gm;

type Totals = ReadonlyMap<string, Counts>;

/** Reads the counters of runs from what `/metrics` answers. */
async function scrape(origin: string): Promise<Totals> {
  const response = await fetch(`${origin}/metrics`);
  const totals = new Map<string, Counts>();
  for (const [, loop = '', outcome = '', count = ''] of (await response.text()).matchAll(LINE)) {
    const counts = totals.get(loop) ?? noRuns();
    totals.set(loop, { ...counts, [outcome]: Number(count) });
  }
  return totals;
}

const copyOf = (totals: Totals): Totals =>
  new Map(Array.from(totals, ([name, counts]) => [name, { ...counts }]));

/** Compares the metrics with what has happened. Runs that end meanwhile may be counted or not. */
export async function compareMetrics(origin: string, oracle: Oracle): Promise<void> {
  const before = copyOf(oracle.totals);
  const scraped = await scrape(origin);
  const after = oracle.totals;
  oracle.check(
    'metrics',
    'all',
    scraped.size >= before.size,
    () => `${scraped.size} names of ${before.size}`,
  );
  for (const [name, counts] of scraped) {
    for (const [outcome, count] of Object.entries(counts) as [keyof Counts, number][]) {
      const least = before.get(name)?.[outcome] ?? 0;
      const most = after.get(name)?.[outcome] ?? 0;
      oracle.check(
        'metrics',
        name,
        least <= count && count <= most,
        () => `${count} ${outcome}, and not ${least} to ${most}`,
      );
    }
  }
}
