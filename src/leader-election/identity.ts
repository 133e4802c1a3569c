import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';

/**
 * Makes an identity for a candidate: `hostname_uuid`.
 *
 * Counterpart of what the main functions of Kubernetes' components do. The host is there for people, the uuid makes it unique: two processes may share a host, a pid comes again, and a restarted
 * pod must not take the lease of its predecessor for its own.
 *
 * @param host - Default: the host's name, which is the pod's in a container.
 */
export function defaultIdentity(host: string = hostname()): string {
  return `${host}_${randomUUID()}`;
}
