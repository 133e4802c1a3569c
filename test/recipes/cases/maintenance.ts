import { expect, it } from '@jest/globals';
import type { Run } from '../support/recipe-project.js';

export function maintenanceCases(run: Run): void {
  const ran = (loop: string, isOn: boolean, runs: number, skips: number): object => {
    return { loop, isOn, outcome: 'succeeded', runs, skips, failures: 0, calls: [loop] };
  };

  it('skips the runs of all loops that it does not spare, until the maintenance is over', async () => {
    const { findings } = await run('maintenance');
    expect(findings).toEqual([
      ran('Report.write', false, 1, 0),
      ran('Heartbeat.beat', false, 1, 0),
      { ...ran('Report.write', true, 2, 1), outcome: 'skipped', calls: [] },
      ran('Heartbeat.beat', true, 2, 0),
      ran('Report.write', false, 3, 1),
      ran('Heartbeat.beat', false, 3, 0),
    ]);
  });

  it('without it, no run is skipped', async () => {
    const { findings } = await run('maintenance', [
      'maintenance.ts',
      '[unlessMaintenance(maintenance)]',
      '[]',
    ]);
    expect(findings[2]).toEqual(ran('Report.write', true, 2, 0));
  });
}
