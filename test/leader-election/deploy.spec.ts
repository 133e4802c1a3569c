import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as k8s from '@kubernetes/client-node';
import { describe, expect, it } from '@jest/globals';
import { mistakes } from '../support/manifest-mistakes.js';

const FOLDER = join(__dirname, '../../sample-app/deploy');

const KINDS: Readonly<Record<string, string>> = {
  Deployment: 'V1Deployment',
  Role: 'V1Role',
  RoleBinding: 'V1RoleBinding',
  ServiceAccount: 'V1ServiceAccount',
};

const manifests = ['rbac.yaml', 'deployment.yaml'].flatMap((file) =>
  k8s.loadAllYaml(readFileSync(join(FOLDER, file), 'utf8')).map((object) => ({ file, object })),
) as { file: string; object: k8s.KubernetesObject & Record<string, unknown> }[];

describe('the manifests of the sample', () => {
  it.each(manifests.map(({ file, object }) => [object.kind as string, file, object] as const))(
    'has a %s in %s that fits the API',
    (kind, _file, object) => {
      expect(KINDS[kind]).toBeDefined();
      expect(mistakes(object, KINDS[kind] as string, kind)).toEqual([]);
    },
  );

  it('are checked by something that sees mistakes', () => {
    const broken = {
      spec: { replica: 3, replicas: 'three', template: { spec: { containers: [{ port: 1 }] } } },
    };
    expect(mistakes(broken, 'V1Deployment', 'Deployment')).toEqual([
      'Deployment.spec.replica is unknown to V1DeploymentSpec',
      'Deployment.spec.replicas is no number',
      'Deployment.spec.template.spec.containers[0].port is unknown to V1Container',
    ]);
  });

  it('run three copies under the account that the role is bound to', () => {
    const spec = (manifests.find(({ object }) => object.kind === 'Deployment')!.object as k8s.V1Deployment)
      .spec!;
    const binding = manifests.find(({ object }) => object.kind === 'RoleBinding')!
      .object as unknown as k8s.V1RoleBinding;
    expect(spec.replicas).toBe(3);
    expect(binding.subjects?.[0]?.name).toBe(spec.template.spec?.serviceAccountName);
    expect(spec.template.metadata?.labels).toEqual(spec.selector.matchLabels);
  });
});
