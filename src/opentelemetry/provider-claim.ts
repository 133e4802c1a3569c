import type { MeterProvider } from '@opentelemetry/api';

/** Marks a meter provider to which an application reports, with whatever copy of this package. */
const CLAIM: unique symbol = Symbol.for('nestjs-wait/opentelemetry-claim');

type Claimable = MeterProvider & { readonly [CLAIM]?: unknown };

/**
 * The right of one application of the process to report to a meter provider.
 *
 * Instruments of the same name are one instrument, so the figures of two applications would overwrite each
 * other.
 */
export class ProviderClaim {
  private constructor(private readonly provider: Claimable) {}

  /** Whether an application has the right. */
  static isTaken(provider: Claimable): boolean {
    return provider[CLAIM] !== undefined;
  }

  /** @returns `undefined` when another application has the right. */
  static of(provider: Claimable): ProviderClaim | undefined {
    if (ProviderClaim.isTaken(provider)) {
      return undefined;
    }
    const claim = new ProviderClaim(provider);
    Reflect.defineProperty(provider, CLAIM, { value: claim, configurable: true });
    return claim;
  }

  /** Gives the right back. */
  release(): void {
    Reflect.deleteProperty(this.provider, CLAIM);
  }
}
