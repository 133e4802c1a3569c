import { jest } from '@jest/globals';
import zlib from 'node:zlib';

/** The package that a lock loads. */
const PACKAGE = '@kubernetes/client-node';

/** Where each major is installed here. */
export const PACKAGES: Readonly<Record<string, string>> = {
  'client-node 1': PACKAGE,
  'client-node 2': 'kubernetes-client-2',
};

/** The type of the package is that of version 1; what the tests use is the same in version 2. */
export type ClientNode = typeof import('@kubernetes/client-node');

/** Version 2 is built on undici 8, which needs this function of Node. */
const RUNS_VERSION_2 = 'createZstdDecompress' in zlib;

/** How a test loads the majors of client-node, as far as this Node can load them. */
export const CLIENTS: Readonly<Record<string, () => ClientNode>> = Object.fromEntries(
  Object.entries(PACKAGES)
    .filter(([version]) => RUNS_VERSION_2 || version !== 'client-node 2')
    .map(([version, name]) => [version, () => jest.requireActual<ClientNode>(name)]),
);

/** Lets a lock load one of the majors while `load` runs. */
export async function withClient<T>(client: ClientNode, load: () => Promise<T>): Promise<T> {
  jest.doMock(PACKAGE, () => client);
  try {
    return await load();
  } finally {
    jest.dontMock(PACKAGE);
  }
}
