import { expect, it } from '@jest/globals';
import type { Run } from '../support/recipe-project.js';

export function monitorCases(run: Run): void {
  const hourly = { schedule: { type: 'interval', value: 1, unit: 'hour' }, failure_issue_threshold: 2 };
  const nightly = { schedule: { type: 'crontab', value: '0 3 * * *' }, max_runtime: 30 };
  const checkIns = (slug: string, number: number, config: object, status: string): object[] => [
    { slug, run: number, status: 'in_progress', hasDuration: false, config },
    { slug, run: number, status, hasDuration: true },
  ];

  it('sends check-ins of the loops that have a monitor, and none of a run that is skipped before', async () => {
    const { findings } = await run('monitors');
    expect(findings).toEqual([
      ...checkIns('report-write', 1, hourly, 'ok'),
      { loop: 'Report.write', outcome: 'succeeded' },
      ...checkIns('report-write', 2, hourly, 'error'),
      { loop: 'Report.write', outcome: 'failed' },
      ...checkIns('backup-make', 3, nightly, 'ok'),
      { loop: 'Backup.make', outcome: 'succeeded' },
      { loop: 'Heartbeat.beat', outcome: 'succeeded' },
      { loop: 'Report.write', outcome: 'skipped' },
      ...checkIns('report-write', 4, hourly, 'error'),
      { loop: 'Report.write', outcome: 'aborted' },
    ]);
  });

  it('says ok about a run that a function inside of it skips', async () => {
    const { findings } = await run('monitors', ['monitors.ts', '[withMonitor]', '[withMonitor, () => {}]']);
    expect(findings.slice(0, 3)).toEqual([
      ...checkIns('report-write', 1, hourly, 'ok'),
      { loop: 'Report.write', outcome: 'skipped' },
    ]);
  });

  it('without it, sends nothing', async () => {
    const { findings } = await run('monitors', ['monitors.ts', '[withMonitor]', '[]']);
    expect(findings).toHaveLength(6);
    expect(findings).not.toContainEqual(expect.objectContaining({ slug: expect.anything() }));
  });
}
