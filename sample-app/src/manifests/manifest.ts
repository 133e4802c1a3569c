import { readFile } from 'node:fs/promises';

/** What a file of the resources folder holds; Kubernetes' shape, as far as the sample needs it. */
export interface Manifest {
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    /** Set by whoever wants it gone; the file goes when the finalizers are done. */
    readonly deletionTimestamp?: string;
    readonly finalizers?: readonly string[];
  };
  readonly spec?: Readonly<Record<string, unknown>>;
}

/** @throws Error that says what is wrong with the file, or the file system's own. */
export async function readManifest(file: string): Promise<Manifest> {
  const text = await readFile(file, 'utf8');
  const { kind, metadata } = JSON.parse(text) as Partial<Manifest>;
  if (typeof kind !== 'string' || typeof metadata?.name !== 'string') {
    throw new Error('kind and metadata.name are missing');
  }
  return JSON.parse(text) as Manifest;
}
