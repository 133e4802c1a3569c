import type {
  CanActivate,
  ConfigurableModuleAsyncOptions,
  ExecutionContext,
  ModuleMetadata,
  Type,
} from '@nestjs/common';
import type { Duration } from '../core/time/duration.js';
import type { ModuleNames } from '../nest/declare/module-options.js';
import type { PageAccess } from './page-data.js';

/**
 * Decides what somebody may do on the page: `'all'`, `'read'`, or `false` for nothing. It runs after the
 * guards.
 */
export type PageAccessFunction = (
  context: ExecutionContext,
) => PageAccess | false | Promise<PageAccess | false>;

/** Options that `WaitPageModule.forRoot` and `forRootAsync` both take as they are. */
export interface WaitPagePlacement {
  /** The path of the page, below the global prefix; default `'loops'`. */
  readonly path?: string | undefined;
  /** The modules that the guards need. */
  readonly imports?: ModuleMetadata['imports'];
  /** Guards of every route of the page, as `@UseGuards` takes them; default: none. */
  readonly guards?: readonly (Type<CanActivate> | CanActivate)[] | undefined;
}

/** Options that a factory of `WaitPageModule.forRootAsync` makes. */
export interface WaitPageSettings {
  /**
   * Decides what each request may do. Default with `guards`: `'read'`. Without both, the application refuses
   * to start, unless `allowUnguarded` is `true`.
   */
  readonly access?: PageAccessFunction | undefined;
  /** `true`: whoever reaches the page may look, without `guards` and `access`; default `false`. */
  readonly allowUnguarded?: boolean | undefined;
  /** The title of the page; default `'Loops'`. */
  readonly title?: string | undefined;
  /** How often the page asks for news: milliseconds from 1000 to 3,600,000, or a string; default `'2s'`. */
  readonly refresh?: Duration | undefined;
  /**
   * How many runs of each loop are kept: a whole number from 1 to 100; default 30. A row draws the last 30 of
   * them, and an open one lists all.
   */
  readonly history?: number | undefined;
  /** `true` shows the texts of errors, which may contain secrets; default `false`. */
  readonly showErrors?: boolean | undefined;
}

/** Options of `WaitPageModule.forRoot`. */
export interface WaitPageOptions extends WaitPagePlacement, WaitPageSettings {}

/** Makes the options of `WaitPageModule`, for `forRootAsync({ useClass })` and `useExisting`. */
export interface WaitPageOptionsFactory {
  /** Returns the options, or a promise of them. It is called once, at bootstrap. */
  createWaitPageOptions(): WaitPageSettings | Promise<WaitPageSettings>;
}

/**
 * Options of `WaitPageModule.forRootAsync`: `useFactory` with `inject`, `useClass` or `useExisting`, and
 * beside it `path`, `guards` and `imports`, since Nest needs these before it makes the options.
 */
export type WaitPageAsyncOptions = ConfigurableModuleAsyncOptions<WaitPageSettings, 'createWaitPageOptions'> &
  WaitPagePlacement;

/** Token of the {@link WaitPageSettings}. */
export const WAIT_PAGE_OPTIONS: unique symbol = Symbol.for('nestjs-wait/page-options');

export const PAGE_MODULE: ModuleNames = {
  module: 'WaitPageModule',
  token: WAIT_PAGE_OPTIONS,
  factoryMethod: 'createWaitPageOptions',
  example: "{ access: (context) => 'read' }, for instance",
};
