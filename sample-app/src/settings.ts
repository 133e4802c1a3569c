import { tmpdir } from 'node:os';
import { resolve } from 'node:path';

/** Where the sample finds its manifests, and where it keeps what it makes of them. */
export class Settings {
  readonly resourcesDir = resolve(process.env['RESOURCES_DIR'] ?? 'sample-app/resources');
  readonly stateDir = resolve(process.env['STATE_DIR'] ?? 'sample-app/var');
  readonly sizeEndpoints = process.env['SIZE_ENDPOINTS']?.split(',') ?? [this.resourcesDir, tmpdir()];
  readonly host = process.env['HOST'] ?? '127.0.0.1';
  readonly port = Number(process.env['PORT'] ?? 3000);
}
