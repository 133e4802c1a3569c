import type { ModuleMetadata } from '@nestjs/common';
import type { WaitModuleOptions } from 'nestjs-wait';
import { WaitPrometheusModule, type WaitPrometheusOptions } from 'nestjs-wait/prometheus';
import { Registry, type RegistryContentType } from 'prom-client';
import { boot, type Booted } from './boot.js';

/** An application that reports its loops to a register of its own. */
export interface Scraped extends Booted {
  readonly register: Registry<RegistryContentType>;
  /** Returns the samples of a scrape that begin with a text, without the explanations. */
  readonly samples: (beginning: string) => Promise<string[]>;
}

export async function bootScraped(
  providers: NonNullable<ModuleMetadata['providers']> = [],
  options: WaitModuleOptions = {},
  prometheus: WaitPrometheusOptions = { buckets: [1, 60] },
): Promise<Scraped> {
  const register: Registry<RegistryContentType> = new Registry();
  const imports = [WaitPrometheusModule.forRoot({ register, ...prometheus })];
  const booted = await boot({ imports, providers }, options);
  return {
    ...booted,
    register,
    samples: async (beginning) =>
      (await register.metrics()).split('\n').filter((line) => line.startsWith(beginning)),
  };
}
