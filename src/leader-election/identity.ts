import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';

/**
 * Makes an identity for a candidate: `hostname_uuid`.
 *
 * Counterpart of what the main functions of Kubernetes' components do. The host name is there for people, and
 * the UUID makes the identity unique. Two processes may share a host, a pid is used again, and a restarted
 * pod must not mistake its predecessor's lease for its own.
 *
 * @param host - Default: the host's name, which in a container is the pod's name.
 */
export function defaultIdentity(host: string = hostname()): string {
  return `${host}_${randomUUID()}`;
}
