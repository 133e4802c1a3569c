import { CoordinationV1Api, KubeConfig } from '@kubernetes/client-node';
import { KubernetesLeaseLock } from 'nestjs-wait/leader-election/kubernetes';
import type { Engine } from '../engines/engine.js';
import type { Kubernetes } from '../engines/kubernetes.js';
import type { Subject, Subjects } from './subject.js';

export const KUBERNETES_SUBJECTS: Subjects = {
  'KubernetesLeaseLock with a config': (engine) => onKubernetes(engine, (kubeConfig) => ({ kubeConfig })),
  'KubernetesLeaseLock with a client': (engine) =>
    onKubernetes(engine, (kubeConfig) => ({ client: kubeConfig.makeApiClient(CoordinationV1Api) })),
};

function onKubernetes(
  engine: Engine,
  options: (
    kubeConfig: KubeConfig,
  ) => Pick<ConstructorParameters<typeof KubernetesLeaseLock>[0], 'client' | 'kubeConfig'>,
): Subject {
  const namespace = 'default';
  const configOf = (port: number): KubeConfig => {
    const kubeConfig = new KubeConfig();
    kubeConfig.loadFromOptions((engine as Kubernetes).config({ port }));
    return kubeConfig;
  };
  return {
    newLock: async (name, identity, port) =>
      new KubernetesLeaseLock({ name, namespace, identity, ...options(configOf(port)) }),
    remove: async (name) => {
      const client = configOf(engine.port).makeApiClient(CoordinationV1Api);
      await client.deleteNamespacedLease({ name, namespace });
    },
    close: async () => {},
  };
}
