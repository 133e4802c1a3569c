import type { FactoryProvider, Provider } from '@nestjs/common';
import { WaitError } from '../../core/errors.js';
import { hasMethods } from '../../core/values/has-methods.js';
import { OptionReader } from '../../core/options/option-reader.js';
import { listOf } from '../../core/values/list-of.js';
import { requireOptions } from '../../core/options/read-options.js';
import { show } from '../../core/values/show.js';
import { WAIT_OPTIONS } from './wait.options.js';

/**
 * Refuses a value of `forRoot` or of a factory that cannot be the module's options.
 *
 * @throws WaitError `WAIT_ERR_INVALID_OPTION`.
 */
export function requireModuleOptions(options: unknown): object {
  const remedy = hasMethods(options, 'then')
    ? 'Use WaitModule.forRootAsync({ useFactory: … }).'
    : 'Write {} for the defaults; a factory has to return it.';
  return requireOptions(options, 'WaitModule.forRoot takes an options object', remedy);
}

const OWNER = 'WaitModule.forRootAsync';
const WAYS = ['useFactory', 'useClass', 'useExisting'];
const ASYNC_OPTION_NAMES = [...WAYS, 'inject', 'imports', 'provideInjectionTokensFrom'];

/**
 * Refuses options of `forRootAsync` that do not say how the module's options are made.
 *
 * @throws WaitError `WAIT_ERR_INVALID_OPTION`.
 */
export function requireAsyncOptions(options: unknown): void {
  requireOptions(options, `${OWNER} takes useFactory, useClass or useExisting`);
  const reader = OptionReader.of(OWNER, options, ASYNC_OPTION_NAMES);
  if (WAYS.filter((way) => reader.value(way) !== undefined).length !== 1) {
    throw new WaitError(
      'WAIT_ERR_INVALID_OPTION',
      `${OWNER} takes exactly one of useFactory, useClass and useExisting. Give it one that makes the options.`,
    );
  }
  reader.function('useFactory');
  if (typeof reader.value('useClass', Object) !== 'function') {
    reader.refuse('useClass', 'a class');
  }
  if (!['function', 'string', 'symbol'].includes(typeof reader.value('useExisting', ''))) {
    reader.refuse('useExisting', 'the token of a provider');
  }
  for (const list of ['inject', 'imports']) {
    if (listOf(reader.value(list, [])) === undefined) {
      reader.refuse(list, 'a list');
    }
  }
}

/**
 * Makes the provider of the options check the instance of `useClass` or `useExisting` before it is used.
 *
 * @param provider - A provider that Nest's builder has made. Other providers are returned as they are.
 */
export function checkingItsFactory(provider: Provider): Provider {
  const { provide, useFactory, inject } = provider as FactoryProvider;
  if (provide !== WAIT_OPTIONS) {
    return provider;
  }
  return {
    provide,
    inject: inject ?? [],
    useFactory: (factory: unknown): unknown => {
      if (!hasMethods(factory, 'createWaitOptions')) {
        throw new WaitError(
          'WAIT_ERR_INVALID_OPTION',
          `${OWNER}: the class that makes the options needs a method createWaitOptions(), which ${show(factory)} does not have.`,
        );
      }
      return useFactory(factory) as unknown;
    },
  };
}
