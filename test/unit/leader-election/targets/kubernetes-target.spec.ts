import { describe, expect, it } from '@jest/globals';
import { KubeConfig } from '@kubernetes/client-node';
import { KubernetesLeaseLock } from 'nestjs-wait/leader-election/kubernetes';
import { expectOneRecord, PASSWORD, targetOf } from './target-of.js';

type Options = Partial<ConstructorParameters<typeof KubernetesLeaseLock>[0]>;

const lockOf = (options: Options): KubernetesLeaseLock =>
  new KubernetesLeaseLock({ name: 'outbox', namespace: 'shop', ...options });

const configOf = (server: string): KubeConfig => {
  const config = new KubeConfig();
  config.loadFromClusterAndUser({ name: 'cluster', server } as never, { name: 'user', password: PASSWORD });
  return config;
};
const at = (server: string): Options => ({ kubeConfig: configOf(server) });
const unused = () => Promise.reject(new Error('unused'));
const newClient = () => ({
  readNamespacedLease: unused,
  createNamespacedLease: unused,
  replaceNamespacedLease: unused,
});
const client = newClient();
const odd = { makeApiClient: () => ({}) };
const broken = {
  ...odd,
  getCurrentCluster: (): never => {
    throw new Error('broken');
  },
};

describe('two KubernetesLeaseLocks of one name share a record', () => {
  it.each<[title: string, one: Options, other: Options]>([
    ['in the default configuration', {}, {}],
    ['by two configurations', at('https://api'), at('https://API:443/')],
    ['by two configurations of a proxy', at('https://api/k8s/a'), at('https://api/k8s/a/')],
    ['by a configuration with a password', at(`https://user:${PASSWORD}@api`), at('https://api')],
    ['by an address of IPv6', at('https://[::1]:6443'), at('https://[0:0::1]:6443')],
    ['by one client', { client }, { client }],
    ['by one configuration without a cluster', { kubeConfig: odd }, { kubeConfig: odd }],
    ['by one configuration that throws', { kubeConfig: broken }, { kubeConfig: broken }],
  ])('%s', (_title, one, other) => {
    expectOneRecord(lockOf(one), lockOf(other), true);
  });
});

describe('two KubernetesLeaseLocks have two records', () => {
  it.each<[title: string, one: Options, other: Options]>([
    ['with two names', {}, { name: 'reports' }],
    ['in two namespaces', {}, { namespace: 'office' }],
    ['in two clusters', at('https://a'), at('https://b')],
    ['in two clusters without a protocol', at('a:6443'), at('b:6443')],
    ['on two ports', at('https://api'), at('https://api:6443')],
    ['after one proxy', at('https://api/k8s/a'), at('https://api/k8s/b')],
    ['by two clients', { client }, { client: newClient() }],
    ['by two empty configurations', { kubeConfig: new KubeConfig() }, { kubeConfig: new KubeConfig() }],
  ])('%s', (_title, one, other) => {
    expectOneRecord(lockOf(one), lockOf(other), false);
  });
});

it('a target is read when it is asked for, so that a configuration may be loaded after the lock is made', () => {
  const kubeConfig = new KubeConfig();
  const lock = lockOf({ kubeConfig });
  kubeConfig.loadFromOptions({
    clusters: [{ name: 'cluster', server: 'https://api' }],
    users: [],
    contexts: [{ name: 'context', cluster: 'cluster', user: '' }],
    currentContext: 'context',
  });
  expect(targetOf(lock)).toEqual(['KubernetesLeaseLock', 'https://api', 'shop', 'outbox']);
});
