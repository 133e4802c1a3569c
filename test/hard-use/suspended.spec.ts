import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeAll, expect, it, jest } from '@jest/globals';
import type { ProcessReport, ToldRecord } from './process/record.js';
import { problemsOf, shareOf } from './process/problems.js';
import { bundle } from './support/bundle.js';
import { Child } from './support/child.js';

jest.setTimeout(120_000);

const STOPPED_FOR = 10_000;

let child: Child | undefined;
let program: string;

beforeAll(async () => {
  program = await bundle('process/main');
});
afterEach(() => child?.kill('SIGKILL'));

/** The first run that began after the process had gone on, and the last one before. */
function around({ name, runs }: ToldRecord): {
  before: ToldRecord['runs'][number];
  after: ToldRecord['runs'][number];
} {
  const index = runs.findIndex(({ began }, at) => at > 0 && began - runs[at - 1]!.began > STOPPED_FOR - 2000);
  const [before, after] = runs.slice(index - 1, index + 1);
  if (index < 0 || before === undefined || after === undefined) {
    throw new Error(`${name} has not gone on.`);
  }
  return { before, after };
}

it('goes on after SIGSTOP of 10 s: one run of each loop that is due, and no burst, no overlap, no run of an old term', async () => {
  child = new Child(program, []);
  await child.says('STARTED');
  await sleep(3000);
  child.kill('SIGSTOP');
  await sleep(STOPPED_FOR);
  child.kill('SIGCONT');
  await sleep(5000);
  child.kill('SIGUSR2');
  const { records } = await child.says<ProcessReport>('REPORTA');
  child.kill('SIGTERM');

  expect(records.flatMap(problemsOf)).toEqual([]);
  for (const record of records) {
    const { before, after } = around(record); // it throws for a loop that has not gone on
    if (record.name.startsWith('leader')) {
      expect(Number(after.token)).toBeGreaterThan(Number(before.token));
    }
  }
  const slow = records.find(({ name }) => name === 'slow')!;
  expect(slow.info.timeouts).toBe(slow.runs.filter(({ ended }) => ended !== null).length);
  expect(records.map(shareOf).filter(({ share }) => share > 1)).toEqual([]);
  await expect(child.ended).resolves.toEqual({ code: null, signal: 'SIGTERM' });
});
