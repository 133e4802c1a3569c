import { readFile } from 'node:fs/promises';

/**
 * The content of a file in the resources folder. It has the shape of a Kubernetes object, reduced to what the
 * sample needs.
 */
export interface Manifest {
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    /** Is set by whoever wants the manifest deleted; the file is deleted when the finalizers are done. */
    readonly deletionTimestamp?: string;
    readonly finalizers?: readonly string[];
  };
  readonly spec?: Readonly<Record<string, unknown>>;
}

/** @throws Error that says what is wrong with the file, or the error of the file system. */
export async function readManifest(file: string): Promise<Manifest> {
  const text = await readFile(file, 'utf8');
  const { kind, metadata } = JSON.parse(text) as Partial<Manifest>;
  if (typeof kind !== 'string' || typeof metadata?.name !== 'string') {
    throw new Error('kind and metadata.name are missing');
  }
  return JSON.parse(text) as Manifest;
}
