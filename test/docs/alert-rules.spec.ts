import { describe, expect, it } from '@jest/globals';
import { during, evaluate, growing, RULES, type AlertTest } from '../support/alert-test.js';
import { promtool } from '../support/promtool.js';

type Row = Omit<AlertTest, 'alert' | 'severity'> & { readonly title: string };

const SHOP = { namespace: 'prod', job: 'shop' };
const FLUSH = { ...SHOP, loop: 'Outbox.flush' };
const GROUP = { ...SHOP, name: 'default' };

function seriesOf(name: string, labels: Readonly<Record<string, string>>, instance = 'a'): string {
  const pairs = Object.entries({ ...labels, instance }).map(([label, value]) => `${label}="${value}"`);
  return `${name}{${pairs.join(',')}}`;
}

const lastSuccess = (instance = 'a', labels = FLUSH): string =>
  seriesOf('nestjs_wait_loop_last_success_seconds', labels, instance);
const active = (instance = 'a', labels = FLUSH): string =>
  seriesOf('nestjs_wait_run_active', labels, instance);
const longestActive = (instance = 'a'): string =>
  seriesOf('nestjs_wait_run_longest_active_seconds', FLUSH, instance);
const failures = (instance = 'a'): string =>
  seriesOf('nestjs_wait_loop_consecutive_failures', FLUSH, instance);
const leader = (instance = 'a', labels = GROUP): string =>
  seriesOf('leader_election_master_status', labels, instance);

/** One test per row, by Prometheus' own test runner. */
function rowsOf(alert: string, severity: string, rows: readonly Row[]): void {
  describe(`the alert ${alert}`, () => {
    it.each(rows)('$title', (row) => {
      expect(evaluate({ ...row, alert, severity }).output).toMatch(/SUCCESS/);
    });
  });
}

rowsOf('LoopStale', 'critical', [
  {
    title: 'fires when the last success is more than an hour ago',
    series: { [lastSuccess()]: during(90, 0), [active()]: during(90, 0) },
    minute: 61,
    want: [{ labels: FLUSH, summary: 'Outbox.flush has not succeeded for 1h 1m 0s' }],
  },
  {
    title: 'does not fire when the last success is an hour ago',
    series: { [lastSuccess()]: during(90, 0), [active()]: during(90, 0) },
    minute: 60,
    want: [],
  },
  {
    title: 'fires after a restart, though the new process knows of no success',
    series: {
      [lastSuccess()]: [...during(30, 0), ...during(60, 'stale')],
      [active()]: during(90, 0),
    },
    minute: 61,
    want: [{ labels: FLUSH, summary: 'Outbox.flush has not succeeded for 1h 1m 0s' }],
  },
  {
    title: 'does not fire after a restart when the new process has succeeded',
    series: {
      [lastSuccess()]: [...during(30, 0), ...during(10, 'stale'), ...during(50, 2400)],
      [active()]: during(90, 0),
    },
    minute: 61,
    want: [],
  },
  {
    title: 'does not fire for a loop that the new version no longer has',
    series: {
      [lastSuccess()]: [...during(30, 0), 'stale'],
      [active()]: [...during(30, 0), 'stale'],
      [active('a', { ...SHOP, loop: 'Outbox.purge' })]: during(90, 0),
    },
    minute: 61,
    want: [],
  },
  {
    title: 'does not fire while one of several replicas succeeds',
    series: {
      [lastSuccess('a')]: during(90, 0),
      [lastSuccess('b')]: during(90, 1800),
      [active('a')]: during(90, 0),
      [active('b')]: during(90, 0),
    },
    minute: 61,
    want: [],
  },
  {
    title: 'fires once when no replica has succeeded for an hour',
    series: {
      [lastSuccess('a')]: during(120, 0),
      [lastSuccess('b')]: during(120, 1800),
      [active('a')]: during(120, 0),
      [active('b')]: during(120, 0),
      [active('c')]: during(120, 0),
    },
    minute: 91,
    want: [{ labels: FLUSH, summary: 'Outbox.flush has not succeeded for 1h 1m 0s' }],
  },
  {
    title: 'fires for one application while a loop of the same name succeeds in another',
    series: {
      [lastSuccess()]: during(90, 0),
      [active()]: during(90, 0),
      [lastSuccess('b', { ...FLUSH, job: 'mail' })]: during(90, 3600),
      [active('b', { ...FLUSH, job: 'mail' })]: during(90, 0),
    },
    minute: 61,
    want: [{ labels: FLUSH, summary: 'Outbox.flush has not succeeded for 1h 1m 0s' }],
  },
  {
    title: 'does not fire for a loop that has never succeeded, such as a disabled one',
    series: { [active()]: during(120, 0) },
    minute: 119,
    want: [],
  },
]);

rowsOf('LoopHung', 'critical', [
  {
    title: 'fires when a run lasts longer than 15 minutes, and names the instance',
    series: { [longestActive()]: growing(20) },
    minute: 16,
    want: [
      {
        labels: { ...FLUSH, instance: 'a' },
        summary: 'A run of Outbox.flush on a has been running for 16m 0s',
      },
    ],
  },
  {
    title: 'does not fire when a run lasts 15 minutes',
    series: { [longestActive()]: growing(20) },
    minute: 15,
    want: [],
  },
  {
    title: 'ends with a restart, since the run has ended with the process',
    series: { [longestActive()]: [...growing(18), ...during(5, 0)] },
    minute: 18,
    want: [],
  },
  {
    title: 'names only the replica whose run is hung',
    series: { [longestActive('a')]: during(20, 1), [longestActive('b')]: growing(20) },
    minute: 17,
    want: [
      {
        labels: { ...FLUSH, instance: 'b' },
        summary: 'A run of Outbox.flush on b has been running for 17m 0s',
      },
    ],
  },
]);

rowsOf('LoopFailing', 'warning', [
  {
    title: 'fires when a loop has failed three times in a row for five minutes',
    series: { [failures()]: during(20, 3) },
    minute: 5,
    want: [{ labels: FLUSH, summary: 'Outbox.flush has failed 3 times in a row' }],
  },
  {
    title: 'does not fire before five minutes',
    series: { [failures()]: during(20, 3) },
    minute: 4,
    want: [],
  },
  {
    title: 'does not fire at two failures in a row',
    series: { [failures()]: during(20, 2) },
    minute: 19,
    want: [],
  },
  {
    title: 'does not fire when a success comes in between',
    series: { [failures()]: [3, 4, 5, 6, 0, 1, 2, 3, 4, 5] },
    minute: 9,
    want: [],
  },
  {
    title: 'ends with a restart',
    series: { [failures()]: [...during(10, 8), ...during(10, 0)] },
    minute: 10,
    want: [],
  },
  {
    title: 'fires again five minutes after a restart when the loop goes on failing',
    series: { [failures()]: [...during(10, 8), 0, ...during(10, 4)] },
    minute: 16,
    want: [{ labels: FLUSH, summary: 'Outbox.flush has failed 4 times in a row' }],
  },
  {
    title: 'fires when the loop fails on one of several replicas',
    series: {
      [failures('a')]: during(20, 0),
      [failures('b')]: during(20, 7),
      [failures('c')]: during(20, 4),
    },
    minute: 10,
    want: [{ labels: FLUSH, summary: 'Outbox.flush has failed 7 times in a row' }],
  },
  {
    title: 'does not add up the failures of several replicas',
    series: { [failures('a')]: during(20, 2), [failures('b')]: during(20, 2) },
    minute: 10,
    want: [],
  },
]);

rowsOf('LoopsWithoutLeader', 'critical', [
  {
    title: 'fires when no replica has led for two minutes',
    series: { [leader('a')]: during(20, 0), [leader('b')]: during(20, 0) },
    minute: 2,
    want: [{ labels: GROUP, summary: 'No replica of shop leads default, so that its loops do not run' }],
  },
  {
    title: 'does not fire while the lease of a crashed leader runs out',
    series: {
      [leader('a')]: [...during(5, 1), ...during(15, 'stale')],
      [leader('b')]: [...during(7, 0), ...during(13, 1)],
    },
    minute: 6,
    want: [],
  },
  {
    title: 'does not fire when one of several replicas leads',
    series: { [leader('a')]: during(20, 0), [leader('b')]: during(20, 1), [leader('c')]: during(20, 0) },
    minute: 19,
    want: [],
  },
  {
    title: 'fires when the new processes after a restart do not lead',
    series: {
      [leader('a')]: [...during(5, 1), 'stale'],
      [leader('b')]: ['stale', ...during(4, 'stale'), ...during(15, 0)],
    },
    minute: 7,
    want: [{ labels: GROUP, summary: 'No replica of shop leads default, so that its loops do not run' }],
  },
  {
    title: 'does not fire for one group since another has a leader, and fires for that which has none',
    series: {
      [leader('a')]: during(20, 1),
      [leader('a', { ...SHOP, name: 'reports' })]: during(20, 0),
    },
    minute: 10,
    want: [
      {
        labels: { ...SHOP, name: 'reports' },
        summary: 'No replica of shop leads reports, so that its loops do not run',
      },
    ],
  },
]);

rowsOf('LoopsWithTwoLeaders', 'critical', [
  {
    title: 'fires when two replicas have led for two minutes',
    series: { [leader('a')]: during(20, 1), [leader('b')]: during(20, 1), [leader('c')]: during(20, 0) },
    minute: 2,
    want: [{ labels: GROUP, summary: '2 replicas of shop lead default at once' }],
  },
  {
    title: 'does not fire when the scrapes of a change of leader overlap',
    series: {
      [leader('a')]: [...during(6, 1), ...during(14, 0)],
      [leader('b')]: [...during(5, 0), ...during(15, 1)],
    },
    minute: 6,
    want: [],
  },
  {
    title: 'does not fire when the leader has been restarted and another one leads',
    series: {
      [leader('a')]: [...during(5, 1), ...during(2, 'stale'), ...during(13, 0)],
      [leader('b')]: [...during(5, 0), ...during(15, 1)],
    },
    minute: 15,
    want: [],
  },
  {
    title: 'does not fire when two applications have a leader each',
    series: { [leader('a')]: during(20, 1), [leader('b', { ...GROUP, job: 'mail' })]: during(20, 1) },
    minute: 15,
    want: [],
  },
]);

describe('the file of the rules', () => {
  it('is valid', () => {
    expect(promtool(['check', 'rules', RULES])).toMatchObject({
      isGood: true,
      output: expect.stringMatching(/SUCCESS: 5 rules found/),
    });
  });

  it('is what the tests are about: a wrong expectation is not a success', () => {
    const wrong = {
      alert: 'LoopFailing',
      severity: 'warning',
      series: { [failures()]: during(20, 3) },
      minute: 5,
      want: [],
    };
    expect(evaluate(wrong)).toMatchObject({ isGood: false, output: expect.stringMatching(/FAILED/) });
  });
});
