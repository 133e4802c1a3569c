import type { DynamicModule, FactoryProvider, Provider, ValueProvider } from '@nestjs/common';
import type { ModulesContainer } from '@nestjs/core';
import { WaitError } from '../../core/errors.js';
import { hasMethods } from '../../core/values/has-methods.js';
import { OptionReader } from '../../core/options/option-reader.js';
import { listOf } from '../../core/values/list-of.js';
import { readOptions, requireOptions } from '../../core/options/read-options.js';
import { show } from '../../core/values/show.js';

/** Tells a module with `forRoot()` and `forRootAsync()` from the others of this package. */
export interface ModuleNames {
  /** The class of the module, for errors. */
  readonly module: string;
  /** The token of its options. */
  readonly token: symbol;
  /** The method that makes the options, in a class of `useClass` or `useExisting`. */
  readonly factoryMethod: string;
  /** Options to write where there are none, for errors; default: `{}`. */
  readonly example?: string;
}

const WAYS = ['useFactory', 'useClass', 'useExisting'];
const ASYNC_OPTION_NAMES = [...WAYS, 'inject', 'imports', 'provideInjectionTokensFrom'];

/**
 * Refuses a value of `forRoot` or of a factory that cannot be the options of a module.
 *
 * @param isMade - Whether a factory of `forRootAsync` has made them, as far as the module knows.
 * @throws WaitError `WAIT_ERR_INVALID_OPTION`.
 */
export function requireModuleOptions(
  { module, example }: ModuleNames,
  options: unknown,
  isMade = false,
): object {
  if (isMade) {
    const sentence = `${module}.forRootAsync takes a factory that returns an options object`;
    return requireOptions(options, sentence, `Return ${example ?? '{} for the defaults'}.`);
  }
  const remedy = hasMethods(options, 'then')
    ? `Use ${module}.forRootAsync({ useFactory: … }).`
    : `Write ${example ?? '{} for the defaults; a factory has to return it'}.`;
  return requireOptions(options, `${module}.forRoot takes an options object`, remedy);
}

/**
 * Refuses options of `forRootAsync` that do not say how the options of the module are made.
 *
 * @param others - Further options that the module takes there.
 * @param made - Options that the factory makes, which have no effect beside it.
 * @throws WaitError `WAIT_ERR_INVALID_OPTION`.
 */
export function requireAsyncOptions(
  { module }: ModuleNames,
  options: unknown,
  others: readonly string[] = [],
  made: readonly string[] = [],
): void {
  const owner = `${module}.forRootAsync`;
  const object = requireOptions(options, `${owner} takes useFactory, useClass or useExisting`);
  const [misplaced] = Object.keys(readOptions(owner, object, made));
  if (misplaced !== undefined) {
    throw new WaitError(
      'WAIT_ERR_INVALID_OPTION',
      `${owner} has no option '${misplaced}' beside the factory. Return it from the factory.`,
    );
  }
  const reader = OptionReader.of(owner, object, Array.from(new Set([...ASYNC_OPTION_NAMES, ...others])));
  if (WAYS.filter((way) => reader.value(way) !== undefined).length !== 1) {
    throw new WaitError(
      'WAIT_ERR_INVALID_OPTION',
      `${owner} takes exactly one of useFactory, useClass and useExisting. Give it one that makes the options.`,
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

/** Gives a module its options as they are. Nest's builder copies them, and a copy lacks the getters of a class. */
export function withOptions(
  { token }: ModuleNames,
  { providers = [], ...definition }: DynamicModule,
  options: object,
): DynamicModule {
  const others = providers.filter((provider) => (provider as ValueProvider).provide !== token);
  return { ...definition, providers: [...others, { provide: token, useValue: options }] };
}

/** Makes a module check the instance of `useClass` or `useExisting` before it makes the options. */
export function checkingItsFactory(
  names: ModuleNames,
  { providers = [], ...definition }: DynamicModule,
): DynamicModule {
  const checked = providers.map((provider) => checkedFactory(names, provider));
  return { ...definition, providers: checked };
}

function checkedFactory({ module, token, factoryMethod }: ModuleNames, provider: Provider): Provider {
  const { provide, useFactory, inject } = provider as FactoryProvider;
  if (provide !== token) {
    return provider;
  }
  return {
    provide,
    inject: inject ?? [],
    useFactory: (factory: unknown): unknown => {
      if (!hasMethods(factory, factoryMethod)) {
        throw new WaitError(
          'WAIT_ERR_INVALID_OPTION',
          `${module}.forRootAsync: the class that makes the options needs a method ${factoryMethod}(), which ${show(factory)} does not have.`,
        );
      }
      return useFactory(factory) as unknown;
    },
  };
}

/**
 * Refuses an application that imports a module without `forRoot()`, or more than once.
 *
 * @param outcome - What would come of so many imports, for the error.
 * @throws WaitError `WAIT_ERR_FOR_ROOT`.
 */
export function requireOneForRoot(
  { module, token }: ModuleNames,
  modules: ModulesContainer,
  outcome = reportsOf,
): void {
  const times = Array.from(modules.values()).filter(({ providers }) => providers.has(token)).length;
  if (times !== 1) {
    const mistake =
      times === 0
        ? `${module} is imported without forRoot(), so that ${outcome(times)}`
        : `${module}.forRoot() is imported ${times} times, so that ${outcome(times)}`;
    throw new WaitError(
      'WAIT_ERR_FOR_ROOT',
      `${mistake}. Import ${module}.forRoot() once, in the root module.`,
    );
  }
}

function reportsOf(times: number): string {
  return times === 0 ? 'nothing would be reported' : `every run would be reported ${times} times`;
}

/** Makes the error of a module that needs WaitModule in an application without it. */
export function needsWaitModule({ module }: ModuleNames): WaitError {
  return new WaitError(
    'WAIT_ERR_FOR_ROOT',
    `${module} needs WaitModule, which runs the loops. Import WaitModule.forRoot() too, in the root module.`,
  );
}
