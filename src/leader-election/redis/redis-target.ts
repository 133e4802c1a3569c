import { isReadable, type RedisPlace } from './redis-place.js';

/**
 * Says which database of which Redis a client or a URL leads to, in parts to compare. It has no password.
 *
 * @param client - The user's client. It is itself the part where nobody knows where it connects to.
 */
export function redisTarget(place: RedisPlace, client?: object): readonly unknown[] {
  if (!isReadable(place)) {
    return [client];
  }
  const { nodes, path, master, database } = place;
  return [path ?? nodes.map(comparable).toSorted().join(', '), master, Number(database ?? 0)];
}

/** The name of a host has no case, and an address of IPv6 may be in brackets or not. */
function comparable(node: string): string {
  return node.toLowerCase().replaceAll(/[[\]]/g, '');
}
