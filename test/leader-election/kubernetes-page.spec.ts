import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import * as k8s from '@kubernetes/client-node';
import { Page } from '../docs/page.js';
import { ReadersProject, SETUPS } from '../docs/readers-project.js';
import { chosenEngines } from './support/engines/engine.js';
import { kubernetes, type Kubernetes } from './support/engines/kubernetes.js';

jest.setTimeout(180_000); // compiles, and starts a server

const page = new Page('docs/one-replica.md');

it('the page about one replica has a snippet for Kubernetes', () => {
  expect(page.block('// kubernetes.module.ts')).toContain('new KubernetesLeaseLock(');
});

// The rest needs a real API server: LEADER_ELECTION_ENGINES=kubernetes, as .ci/kubernetes has it.
if (chosenEngines().includes('kubernetes')) {
  describe('the snippet for Kubernetes on the page about one replica', () => {
    let engine: Kubernetes;
    let project: ReadersProject;

    beforeAll(async () => {
      project = await ReadersProject.create(SETUPS['as ES modules, on Nest 12']!, [page], ['one-replica']);
      await project.compile();
      engine = await kubernetes();
      await engine.start();
    });
    afterAll(async () => {
      project?.remove();
      await engine?.close();
    });

    it('has one leader of two replicas, as the page shows', async () => {
      const config = new k8s.KubeConfig();
      config.loadFromOptions(engine.config());
      project.copy('package.json', 'kubeconfig', () => config.exportConfig());
      const env = { KUBECONFIG: 'kubeconfig', POD_NAMESPACE: 'default' };
      const { output } = await project.run(['two-replicas.mjs', './kubernetes.module.js'], { env });
      expect(output).toBe(page.outputOf('// postgres.module.ts'));
    });
  });
}
