import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Logger } from '@nestjs/common';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Finalizer } from '../../sample-app/src/finalizer/finalizer.js';
import type { Manifest } from '../../sample-app/src/manifests/manifest.js';
import { ResourceStore } from '../../sample-app/src/reflector/resource-store.js';
import type { Settings } from '../../sample-app/src/settings.js';

describe('the finalizer of the sample', () => {
  const report: Manifest = {
    kind: 'Report',
    metadata: {
      name: 'report',
      deletionTimestamp: '2026-01-01T00:00:00Z',
      finalizers: ['archive', 'notify'],
    },
  };
  let folder: string;

  beforeEach(async () => {
    Logger.overrideLogger(false);
    folder = await mkdtemp(join(tmpdir(), 'nestjs-wait-finalizer-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('does not write a manifest again that it has deleted, while the cache still has it', async () => {
    const store = new ResourceStore();
    const finalizer = new Finalizer({ resourcesDir: folder, stateDir: folder } as Settings, store);
    const file = join(folder, 'report.json');
    await writeFile(file, JSON.stringify(report));
    store.markSynced();
    store.set('report.json', report);
    await finalizer.work(new AbortController().signal);
    expect(existsSync(file)).toBe(false);

    await rm(join(folder, 'archive'), { recursive: true });
    store.set('report.json', report);
    await finalizer.work(new AbortController().signal);
    expect(existsSync(file)).toBe(false);
    expect(existsSync(join(folder, 'archive'))).toBe(false);
  });
});
