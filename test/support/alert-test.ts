import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as k8s from '@kubernetes/client-node';
import { promtoolOnFile, type Verdict } from './promtool.js';

/** The rules that are published. */
export const RULES = join(__dirname, '../../docs/alerts/nestjs-wait.rules.yaml');

interface Rule {
  readonly alert: string;
  readonly annotations: {
    readonly summary: string;
    /** What to do first. */
    readonly description: string;
    /** Where to read on, in the package. */
    readonly runbook: string;
  };
}

/** The rules of the file that is published. */
export const published = k8s.loadYaml<{ groups: [{ rules: Rule[] }] }>(readFileSync(RULES, 'utf8')).groups[0]
  .rules;

/** One sample a minute. `_` is a scrape that failed, `stale` one without the series. */
type Values = readonly (number | '_' | 'stale')[];

/** What Prometheus has scraped, and what it must say about it. */
export interface AlertTest {
  readonly alert: string;
  /** The samples of each series, by its name and labels. */
  readonly series: Readonly<Record<string, Values>>;
  /** The minute in which one looks. */
  readonly minute: number;
  /** The alerts that fire, without the severity. */
  readonly want: readonly { readonly labels: Readonly<Record<string, string>>; readonly summary: string }[];
  readonly severity: string;
}

/** The same value for some minutes. */
export function during(minutes: number, value: Values[number]): Values {
  return Array.from({ length: minutes }, () => value);
}

/** A value that grows by a minute each minute. */
export function growing(minutes: number): Values {
  return Array.from({ length: minutes }, (_, minute) => minute * 60);
}

/** Lets Prometheus' own test runner evaluate the rules. */
export function evaluate({ alert, series, minute, want, severity }: AlertTest, rules = RULES): Verdict {
  const { annotations } = published.find((rule) => rule.alert === alert)!;
  const test = {
    interval: '1m',
    input_series: Object.entries(series).map(([name, values]) => ({
      series: name,
      values: values.join(' '),
    })),
    alert_rule_test: [
      {
        eval_time: `${minute}m`,
        alertname: alert,
        exp_alerts: want.map(({ labels, summary }) => ({
          exp_labels: { ...labels, severity },
          exp_annotations: { ...annotations, summary },
        })),
      },
    ],
  };
  const contents = { rule_files: [rules], evaluation_interval: '1m', tests: [test] };
  return promtoolOnFile(['test', 'rules'], contents);
}
