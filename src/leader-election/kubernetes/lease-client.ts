/** The part of a `Lease` that the lock reads and writes; whatever else the object holds is kept. */
export interface Lease {
  apiVersion?: string;
  kind?: string;
  metadata?: { name?: string; namespace?: string; resourceVersion?: string };
  spec?: {
    holderIdentity?: string;
    leaseDurationSeconds?: number;
    acquireTime?: string | Date;
    renewTime?: string | Date;
    leaseTransitions?: number;
  };
}

/** What the lock needs of a `CoordinationV1Api` of `@kubernetes/client-node`. */
export interface LeaseClient {
  readNamespacedLease(request: { name: string; namespace: string }, options?: object): Promise<Lease>;
  createNamespacedLease(request: { namespace: string; body: Lease }, options?: object): Promise<Lease>;
  replaceNamespacedLease(
    request: { name: string; namespace: string; body: Lease },
    options?: object,
  ): Promise<Lease>;
}

/** What the lock needs of a `KubeConfig` of `@kubernetes/client-node`. */
export interface LeaseKubeConfig {
  makeApiClient(apiClientType: never): object;
  getCurrentCluster?(): { readonly server: string } | null;
}
