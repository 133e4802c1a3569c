import { describe, expect, it } from '@jest/globals';
import { PrometheusSerializer } from '@opentelemetry/exporter-prometheus';
import { Registry } from 'prom-client';
import { WaitModule } from 'nestjs-wait';
import { WaitOpenTelemetryModule } from 'nestjs-wait/opentelemetry';
import { WaitPrometheusModule } from 'nestjs-wait/prometheus';
import { boot } from '../support/boot.js';
import { MeteredLoops } from '../support/metered-loops.js';
import { StolenLease } from '../support/stolen-lease.js';
import { Telemetry } from '../support/telemetry.js';

/** What OpenTelemetry's exporter for Prometheus makes of the names, and what they are in ours. */
const NAMES: Readonly<Record<string, string>> = {
  nestjs_wait_run_duration: 'nestjs_wait_run_duration_seconds',
  nestjs_wait_run_lateness: 'nestjs_wait_run_lateness_seconds',
  nestjs_wait_runs_total: 'nestjs_wait_runs_total',
  nestjs_wait_run_active: 'nestjs_wait_run_active',
  nestjs_wait_run_longest_active: 'nestjs_wait_run_longest_active_seconds',
  nestjs_wait_loop_last_success: 'nestjs_wait_loop_last_success_seconds',
  nestjs_wait_loop_consecutive_failures: 'nestjs_wait_loop_consecutive_failures',
  nestjs_wait_loop_count: 'nestjs_wait_loops',
  nestjs_wait_leader: 'leader_election_master_status',
};
const LABELS: Readonly<Record<string, string>> = {
  nestjs_wait_loop_name: 'loop',
  nestjs_wait_run_outcome: 'outcome',
  nestjs_wait_loop_state: 'state',
  nestjs_wait_leader_name: 'name',
};

interface Scrape {
  readonly types: ReadonlyMap<string, string>;
  readonly help: ReadonlyMap<string, string>;
  /** The values by series, as in `nestjs_wait_run_active{loop="a"}`. */
  readonly values: ReadonlyMap<string, number>;
}

/** Reads the text of a scrape. Its labels here hold no comma and no quotation mark. */
function parse(text: string): Scrape {
  const types = new Map<string, string>();
  const help = new Map<string, string>();
  const values = new Map<string, number>();
  for (const line of text.split('\n').filter(Boolean)) {
    const [, comment, metric = '', rest = ''] = /^# (HELP|TYPE) (\S+) (.*)$/.exec(line) ?? [];
    const [, name = '', labels = '', value] = /^(\w+)(?:\{(.*)\})? (\S+)$/.exec(line) ?? [];
    if (comment !== undefined) {
      (comment === 'HELP' ? help : types).set(metric, rest);
    } else if (value !== undefined) {
      const sorted = labels.split(',').filter(Boolean).toSorted().join();
      const series = `${name}{${sorted}}`;
      values.set(series, (values.get(series) ?? 0) + Number(value));
    }
  }
  return { types, help, values };
}

/** Writes a scrape of OpenTelemetry's exporter as ours would be. The sum over `error.type` is what we have. */
function translated(text: string): string {
  return text
    .replaceAll(/,?(?:error_type|otel_scope_\w+)="[^"]*"/g, '')
    .replaceAll(/\b(\w+)="/g, (_, label: string) => `${LABELS[label] ?? label}="`)
    .replaceAll(
      /^(# (?:HELP|TYPE) |)([a-z_]+?)((?:_bucket|_sum|_count)?)(?=[ {])/gm,
      (line, start, name, end) => {
        const isHistogram = name === 'nestjs_wait_run_duration' || name === 'nestjs_wait_run_lateness';
        const ours = NAMES[isHistogram ? name : `${name}${end}`];
        return ours === undefined ? line : `${start}${ours}${isHistogram ? end : ''}`;
      },
    );
}

describe("the scrape of OpenTelemetry's own exporter for Prometheus", () => {
  it('has the same series and values as ours, by the table of names', async () => {
    const telemetry = new Telemetry().register();
    const register = new Registry();
    const { app, clock } = await boot({
      imports: [
        WaitModule.forRoot(new StolenLease().options),
        WaitOpenTelemetryModule.forRoot(),
        WaitPrometheusModule.forRoot({ register }),
      ],
      providers: [MeteredLoops],
    });
    app.get(MeteredLoops).startMore();
    await clock.advance(65_000);
    const serializer = new PrometheusSerializer(undefined, false, undefined, true);
    const { resourceMetrics } = await telemetry.reader.collect();
    const theirs = parse(translated(serializer.serialize(resourceMetrics)));
    const ours = parse(await register.metrics());
    expect(new Set(ours.types.keys())).toEqual(new Set(Object.values(NAMES)));
    expect(theirs).toEqual(ours);
    expect(ours.values.size).toBeGreaterThan(150);
  });
});
