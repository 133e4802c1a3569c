export {
  KubernetesLeaseLock,
  type KubernetesLeaseLockOptions,
  type Lease,
  type LeaseClient,
  type LeaseKubeConfig,
} from './kubernetes-lease-lock.js';
