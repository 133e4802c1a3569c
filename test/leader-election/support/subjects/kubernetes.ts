import type { KubeConfig } from '@kubernetes/client-node';
import { KubernetesLeaseLock, type KubernetesLeaseLockOptions } from 'nestjs-wait/leader-election/kubernetes';
import { chosenEngines, type Engine } from '../engines/engine.js';
import type { Kubernetes } from '../engines/kubernetes.js';
import { CLIENTS, withClient, type ClientNode } from '../kubernetes-clients.js';
import type { Subject, Subjects } from './subject.js';

if (!('client-node 2' in CLIENTS) && chosenEngines().includes('kubernetes')) {
  process.stdout.write(
    `client-node 2 is not tested on Node ${process.version}, where it does not load. Run: bash .ci/kubernetes\n`,
  );
}

/** Each way is tried with each major of client-node that this Node can load. */
export const KUBERNETES_SUBJECTS: Subjects = Object.fromEntries(
  Object.entries(CLIENTS).flatMap(([version, load]) => [
    [
      `KubernetesLeaseLock with a config of ${version}`,
      (engine: Engine) => onKubernetes(engine, load(), (kubeConfig) => ({ kubeConfig })),
    ],
    [
      `KubernetesLeaseLock with a client of ${version}`,
      (engine: Engine) =>
        onKubernetes(engine, load(), (kubeConfig, { CoordinationV1Api }) => ({
          client: kubeConfig.makeApiClient(CoordinationV1Api),
        })),
    ],
  ]),
);

function onKubernetes(
  engine: Engine,
  package_: ClientNode,
  options: (
    kubeConfig: KubeConfig,
    package_: ClientNode,
  ) => Pick<KubernetesLeaseLockOptions, 'client' | 'kubeConfig'>,
): Subject {
  const namespace = 'default';
  const configOf = (port: number): KubeConfig => {
    const kubeConfig = new package_.KubeConfig();
    kubeConfig.loadFromOptions((engine as Kubernetes).config({ port }));
    return kubeConfig;
  };
  return {
    newLock: async (name, identity, port) => {
      const lock = new KubernetesLeaseLock({
        name,
        namespace,
        identity,
        ...options(configOf(port), package_),
      });
      await withClient(package_, () => lock.prepare());
      return lock;
    },
    remove: async (name) => {
      const client = configOf(engine.port).makeApiClient(package_.CoordinationV1Api);
      await client.deleteNamespacedLease({ name, namespace });
    },
    close: async () => {},
  };
}
