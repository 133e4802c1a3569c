import type { WaitModuleOptions } from 'nestjs-wait';
import { failsTheBootstrap } from './application.js';
import type { Mistake, Row } from './mistake.js';

/** Options of `WaitModule.forRoot` that cannot be used. */
export interface OptionsRow extends Row {
  readonly options: unknown;
}

export function refusesOptions({ options, ...row }: OptionsRow): Mistake {
  return failsTheBootstrap({ ...row, application: () => ({ options: options as WaitModuleOptions }) });
}
