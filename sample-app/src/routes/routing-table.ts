import type { Manifest } from '../manifests/manifest.js';

/** The target of each path. */
export type RoutingTable = Record<string, string>;

/** Returns what the manifests of kind `Route` ask for, in the order of the paths. */
export function routesOf(manifests: readonly Manifest[]): RoutingTable {
  const routes = manifests
    .filter(({ kind, metadata }) => kind === 'Route' && metadata.deletionTimestamp === undefined)
    .map(({ spec }) => [String(spec?.['path']), String(spec?.['target'])] as const);
  return Object.fromEntries(routes.toSorted(([a], [b]) => a.localeCompare(b)));
}
