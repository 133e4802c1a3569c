import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as k8s from '@kubernetes/client-node';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { during, evaluate, growing, RULES } from '../support/alert-test.js';
import { promtool } from '../support/promtool.js';

const FOLDER = join(__dirname, '../../sample-app/deploy');
const WATCH = '{loop!="Reflector.listAndWatch"}';

type Manifest = k8s.KubernetesObject & { readonly spec: Record<string, unknown> };

function manifest(file: string, kind: string): Manifest {
  const all = k8s.loadAllYaml(readFileSync(join(FOLDER, file), 'utf8')) as Manifest[];
  return all.find((each) => each.kind === kind)!;
}

const rules = manifest('monitoring.yaml', 'PrometheusRule').spec;

describe('the alert rules of the sample', () => {
  let folder: string;
  let file: string;

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'nestjs-wait-monitoring-'));
    file = join(folder, 'rules.json'); // JSON is YAML
    writeFileSync(file, JSON.stringify(rules));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it('are those that are published, without the loop that is a watch', () => {
    const published = k8s.loadYaml(readFileSync(RULES, 'utf8'));
    const [group] = rules['groups'] as readonly { rules: readonly { alert: string; expr: string }[] }[];
    const narrowed = group!.rules.filter(({ expr }) => expr.includes(WATCH)).map(({ alert }) => alert);
    expect(narrowed).toEqual(['LoopStale', 'LoopHung']);
    expect(JSON.parse(JSON.stringify(rules).replaceAll(JSON.stringify(WATCH).slice(1, -1), ''))).toEqual(
      published,
    );
  });

  it('are rules of Prometheus', () => {
    expect(promtool(['check', 'rules', file])).toMatchObject({ isGood: true });
  });

  it.each([
    ['fire for the load balancer', 'LoadBalancerSync.sync', true],
    ['do not fire for the watch', 'Reflector.listAndWatch', false],
  ])('%s when a run has lasted for an hour', (_title, loop, fires) => {
    const labels = { namespace: 'prod', job: 'prod/sample', loop, instance: 'a' };
    const text = Object.entries(labels)
      .map(([label, value]) => `${label}="${value}"`)
      .join(',');
    const series = { [`nestjs_wait_run_longest_active_seconds{${text}}`]: growing(90) };
    const summary = `A run of ${loop} on a has been running for 1h 0m 0s`;
    const want = fires ? [{ labels, summary }] : [];
    const test = { alert: 'LoopHung', severity: 'critical', minute: 60, series, want };
    expect(evaluate(test, file).output).toMatch(/SUCCESS/);
  });

  it.each([
    ['fire for the load balancer', 'LoadBalancerSync.sync', true],
    ['do not fire for the watch', 'Reflector.listAndWatch', false],
  ])('%s when it has not succeeded for an hour', (_title, loop, fires) => {
    const labels = { namespace: 'prod', job: 'prod/sample', loop };
    const text = `{namespace="prod",job="prod/sample",loop="${loop}",instance="a"}`;
    const series = {
      [`nestjs_wait_loop_last_success_seconds${text}`]: during(90, 0),
      [`nestjs_wait_run_active${text}`]: during(90, 1),
    };
    const summary = `${loop} has not succeeded for 1h 1m 0s`;
    const want = fires ? [{ labels, summary }] : [];
    const test = { alert: 'LoopStale', severity: 'critical', minute: 61, series, want };
    expect(evaluate(test, file).output).toMatch(/SUCCESS/);
  });
});

describe('the PodMonitor of the sample', () => {
  it('scrapes the pods of the deployment, on the port that they name', () => {
    const deployment = manifest('deployment.yaml', 'Deployment').spec as unknown as k8s.V1DeploymentSpec;
    const { selector, podMetricsEndpoints } = manifest('monitoring.yaml', 'PodMonitor').spec;
    const pod = deployment.template;
    expect(selector).toEqual({ matchLabels: pod.metadata!.labels });
    const [{ name } = { name: undefined }] = pod.spec!.containers[0]!.ports!;
    expect(podMetricsEndpoints).toEqual([{ port: name, path: '/metrics', interval: '30s' }]);
  });
});
