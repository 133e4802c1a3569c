import { messageOf } from '../core/values/error-text.js';
import { loadPackage } from '../leader-election/load-package.js';

/** What `@opentelemetry/api` exports. */
export type OpenTelemetryApi = typeof import('@opentelemetry/api');

/** The name and the version under which spans and metrics are reported: those of this package. */
export const SCOPE = { name: 'nestjs-wait', version: '1.0.0' } as const;

/**
 * Loads the API when the application starts, so that an import of this entry does not need it.
 *
 * @throws WaitError `WAIT_ERR_MISSING_PACKAGE` when it is not installed, or cannot be loaded.
 */
export function loadApi(owner: string): Promise<OpenTelemetryApi> {
  return loadPackage(owner, { '@opentelemetry/api': () => import('@opentelemetry/api') });
}

/** Writes to OpenTelemetry's own log. An SDK that throws must not make a run fail. */
export function reportFailure({ diag }: OpenTelemetryApi, what: string, error: unknown): void {
  diag.error(`nestjs-wait: ${what}: ${messageOf(error)}`);
}
