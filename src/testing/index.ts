export { FakeClock } from './fake-clock.js';
export { FakeCluster } from './fake-cluster.js';
export type { FakeClusterOptions } from './fake-cluster-options.js';
export type { ReplicaClock } from './replica-clock.js';
export type { ReplicaBuilder, ReplicaFactory, ReplicaModule } from './replica-module.js';
