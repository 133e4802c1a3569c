import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeAll, expect, it, jest } from '@jest/globals';
import type { ProcessReport } from './process/record.js';
import { problemsOf, shareOf } from './process/problems.js';
import { bundle } from './support/bundle.js';
import { Child } from './support/child.js';
import { fakeTimeLibrary } from './support/fake-time.js';

jest.setTimeout(120_000);

const DAY = 86_400_000;
const SLACK = 15_000;
/** No loop here makes no run for so long, even if the machine is busy. */
const LOST = 4000;

let child: Child | undefined;
let program: string;
let folder: string | undefined;

beforeAll(async () => {
  program = await bundle('process/main');
});
afterEach(() => {
  child?.kill('SIGKILL');
  if (folder !== undefined) {
    rmSync(folder, { recursive: true, force: true });
  }
});

it.each([
  ['forward', '+1d', DAY],
  ['back', '-1d', -DAY],
])(
  'sees nothing of a system clock that is put %s by a day, but in the dates that it shows',
  async (_how, step, by) => {
    folder = mkdtempSync(join(tmpdir(), 'nestjs-wait-clock-'));
    const clock = join(folder, 'clock');
    writeFileSync(clock, '+0d\n');
    child = new Child(program, [], {
      LD_PRELOAD: fakeTimeLibrary(),
      FAKETIME_TIMESTAMP_FILE: clock,
      FAKETIME_NO_CACHE: '1',
      FAKETIME_DONT_FAKE_MONOTONIC: '1', // as on a real system, where only the time of day is put
    });
    await child.says('STARTED');
    const report = async (word: string): Promise<ProcessReport> => {
      child!.kill('SIGUSR2');
      return child!.says<ProcessReport>(word);
    };
    await sleep(3000);
    const before = await report('REPORTA');
    writeFileSync(clock, `${step}\n`);
    await sleep(5000);
    const after = await report('REPORTB');
    child.kill('SIGTERM');

    // The time of day has moved by a day, and the monotonic clock has not.
    expect(Math.abs(after.wall - before.wall - by)).toBeLessThan(SLACK);
    expect(after.now - before.now).toBeLessThan(SLACK);

    expect(after.records.flatMap(problemsOf)).toEqual([]);
    expect(after.records.map(shareOf).filter(({ share }) => share > 1)).toEqual([]);
    // The lease lasts, so the term does.
    const leaders = after.records.filter(({ name }) => name.startsWith('leader'));
    const tokens = leaders.flatMap(({ runs }) => runs.map(({ token }) => token));
    expect(new Set(tokens).size).toBe(1);
    for (const { name, runs, info } of after.records) {
      const began = [...runs.map((run) => run.began), after.now];
      const longest = Math.max(...began.slice(1).map((time, index) => time - began[index]!));
      expect({ name, isLost: longest > LOST }).toEqual({ name, isLost: false });
      // The dates are those of the new time of day.
      expect(Math.abs(Date.parse(info.lastStart) - after.wall)).toBeLessThan(SLACK);
      if (info.nextStart !== undefined) {
        expect(Math.abs(Date.parse(info.nextStart) - after.wall)).toBeLessThan(SLACK);
      }
    }
    await expect(child.ended).resolves.toEqual({ code: null, signal: 'SIGTERM' });
  },
);
