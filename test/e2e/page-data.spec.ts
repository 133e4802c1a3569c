import { describe, expect, it } from '@jest/globals';
import { Injectable } from '@nestjs/common';
import { hostname } from 'node:os';
import { Until } from 'nestjs-wait';
import { bootPage } from '../support/page-data.js';

describe('PageDataSource.json', () => {
  it('says who answers, and describes every loop', async () => {
    @Injectable()
    class Outbox {
      @Until('10s')
      flush(): void {}
    }
    const { data, clock } = await bootPage({ providers: [Outbox] }, {}, { title: 'Jobs', refresh: 3000 });
    const now = new Date(clock.wallNow()).toISOString();
    expect(data()).toEqual({
      instance: `${hostname()}-${process.pid}`,
      leading: [],
      startedAt: now,
      now,
      title: 'Jobs',
      refresh: 3000,
      access: 'all',
      showErrors: false,
      counts: { running: 0, waiting: 1, paused: 0, standby: 0, stopped: 0, hung: 0, failing: 0, overdue: 0 },
      total: 1,
      loops: [
        {
          name: 'Outbox.flush',
          kind: 'Until',
          schedule: '10s between runs',
          enabled: true,
          state: 'waiting',
          paused: false,
          runs: 1,
          failures: 0,
          consecutiveFailures: 0,
          timeouts: 0,
          skips: 0,
          aborts: 0,
          lastStart: now,
          lastDuration: 0,
          lastOutcome: 'succeeded',
          lastSuccess: now,
          hung: false,
          nextStart: new Date(clock.wallNow() + 10_000).toISOString(),
          overdue: false,
          history: { outcomes: 's', durations: [0] },
        },
      ],
    });
  });
});
