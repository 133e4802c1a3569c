export { KubernetesLeaseLock } from './kubernetes-lease-lock.js';
export type { KubernetesLeaseLockOptions } from './kubernetes-lease-lock-options.js';
export type { Lease, LeaseClient, LeaseKubeConfig } from './lease-client.js';
