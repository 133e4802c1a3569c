import { Module, type DynamicModule } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { WaitModule, type WaitModuleOptions } from 'nestjs-wait';
import { secondCopy } from '../../support/second-copy.js';
import { Bystander, failsTheBootstrap, initError, type Application } from '../support/application.js';
import { jobWith } from '../support/job.js';
import type { Mistake } from '../support/mistake.js';
import { refusesOptions, type OptionsRow } from '../support/module-options.js';

const INVALID_DURATION = 'WAIT_ERR_INVALID_DURATION';
const FOR_ROOT = 'WAIT_ERR_FOR_ROOT';

const options: readonly OptionsRow[] = [
  { title: 'options that are null', options: null, wantWords: ['null'] },
  { title: 'options that are a number', options: 5, wantWords: ['5'] },
  { title: 'options that are a string', options: '10s', wantWords: ["'10s'"] },
  { title: 'options that are a list', options: [], wantWords: ['[]'] },
  { title: 'options that are a map', options: new Map([['enabled', false]]), wantWords: ['Map'] },
  {
    title: 'options that are a promise',
    options: Promise.resolve({}),
    wantWords: ['Promise', 'forRootAsync'],
  },
  { title: 'options that are a function', options: () => ({}), wantWords: ['Function', /factory/i] },
  {
    title: 'an option that is misspelled',
    options: { shutdownTimout: '5s' },
    wantWords: ["'shutdownTimout'", 'shutdownTimeout'],
  },
  {
    title: 'enabled in words',
    options: { enabled: 'false' },
    wantWords: ['enabled', "'false'", 'true or false'],
  },
  { title: 'enabled that is null', options: { enabled: null }, wantWords: ['enabled', 'null'] },
  { title: 'reallyCrash that is a number', options: { reallyCrash: 1 }, wantWords: ['reallyCrash', '1'] },
  {
    title: 'logFailures in words',
    options: { logFailures: 'no' },
    wantWords: ['logFailures', "'no'", 'true or false'],
  },
  { title: 'logFailures that is null', options: { logFailures: null }, wantWords: ['logFailures', 'null'] },
  {
    title: 'exitOnHung in words',
    options: { exitOnHung: 'yes' },
    wantWords: ['exitOnHung', "'yes'", 'true or false'],
  },
  { title: 'exitOnHung that is a code', options: { exitOnHung: 1 }, wantWords: ['exitOnHung', '1'] },
  {
    title: 'a timeout of runs beside the defaults',
    options: { timeout: '5s' },
    wantWords: ["'timeout'", 'defaults'],
  },
  {
    title: 'a shutdown timeout in words',
    options: { shutdownTimeout: 'soon' },
    wantWords: ['shutdownTimeout', "'soon'"],
    wantCode: INVALID_DURATION,
  },
  {
    title: 'a shutdown timeout of digits alone',
    options: { shutdownTimeout: '30' },
    wantWords: ['shutdownTimeout', "'30s'", "'30ms'"],
    wantCode: INVALID_DURATION,
  },
  {
    title: 'a negative shutdown timeout',
    options: { shutdownTimeout: -1 },
    wantWords: ['shutdownTimeout', '-1'],
    wantCode: INVALID_DURATION,
  },
  {
    title: 'a shutdown timeout of NaN',
    options: { shutdownTimeout: NaN },
    wantWords: ['shutdownTimeout', 'NaN'],
    wantCode: INVALID_DURATION,
  },
  {
    title: 'a shutdown timeout that is null',
    options: { shutdownTimeout: null },
    wantWords: ['shutdownTimeout', 'null'],
    wantCode: INVALID_DURATION,
  },
  {
    title: 'crash handlers that are one function',
    options: { crashHandlers: () => undefined },
    wantWords: ['crashHandlers', 'list', 'Function'],
  },
  {
    title: 'crash handlers that are null',
    options: { crashHandlers: null },
    wantWords: ['crashHandlers', 'null'],
  },
  {
    title: 'crash handlers that are true',
    options: { crashHandlers: true },
    wantWords: ['crashHandlers', 'true'],
  },
  {
    title: 'crash handlers that are a string',
    options: { crashHandlers: 'abc' },
    wantWords: ['crashHandlers', "'abc'"],
  },
  {
    title: 'crash handlers that are a set',
    options: { crashHandlers: new Set() },
    wantWords: ['crashHandlers', 'Set'],
  },
  {
    title: 'a crash handler that is undefined',
    options: { crashHandlers: [undefined] },
    wantWords: ['crashHandlers', 'undefined'],
  },
  {
    title: 'a crash handler that is an object',
    options: { crashHandlers: [{ dsn: 'x' }] },
    wantWords: ['crashHandlers', 'dsn'],
  },
  { title: 'a logger that is null', options: { logger: null }, wantWords: ['logger', 'null'] },
  { title: 'a logger that is false', options: { logger: false }, wantWords: ['logger', 'false'] },
  { title: 'a logger without methods', options: { logger: {} }, wantWords: ['logger', 'error'] },
  {
    title: 'a logger that cannot warn',
    options: { logger: { log: () => undefined, error: () => undefined } },
    wantWords: ['logger', 'warn'],
  },
  {
    title: 'a request context that is no function',
    options: { requestContext: { tenant: 'a' } },
    wantWords: ['requestContext', 'function', 'tenant'],
  },
  {
    title: 'a request context that is null',
    options: { requestContext: null },
    wantWords: ['requestContext', 'null'],
  },
];

/** Options that are a class of the user's own, as with `new WaitConfig()`. */
class WaitConfig {
  get shutdownTimeout(): string {
    return '30';
  }
}

class NoFactory {}

class ForgetfulFactory {
  createWaitOptions(): WaitModuleOptions | undefined {
    return undefined;
  }
}

const asynchronous = (module: () => DynamicModule): (() => Application) => {
  return () => ({ imports: [module()], bringsModule: true });
};

const modules: readonly Mistake[] = [
  failsTheBootstrap({
    title: 'a getter of an options class that returns digits alone',
    application: () => ({ options: new WaitConfig() }),
    wantCode: INVALID_DURATION,
    wantWords: ['WaitModule.forRoot', 'shutdownTimeout', "'30s'"],
  }),
  ...[undefined, null, 5].map((made) =>
    failsTheBootstrap({
      title: `a factory that returns ${made}`,
      application: asynchronous(() => WaitModule.forRootAsync({ useFactory: () => made as never })),
      wantWords: ['WaitModule.forRoot', String(made)],
    }),
  ),
  failsTheBootstrap({
    title: 'an asynchronous factory that returns nothing',
    application: asynchronous(() => WaitModule.forRootAsync({ useFactory: async () => undefined as never })),
    wantWords: ['WaitModule.forRoot', 'undefined'],
  }),
  failsTheBootstrap({
    title: 'a class that makes no options',
    application: asynchronous(() => WaitModule.forRootAsync({ useClass: ForgetfulFactory as never })),
    wantWords: ['WaitModule.forRoot', 'undefined'],
  }),
  failsTheBootstrap({
    title: 'a class that cannot make options',
    application: asynchronous(() => WaitModule.forRootAsync({ useClass: NoFactory as never })),
    wantWords: ['WaitModule.forRoot', 'createWaitOptions()', 'NoFactory'],
  }),
  failsTheBootstrap({
    title: 'forRootAsync() without anything that makes options',
    application: asynchronous(() => WaitModule.forRootAsync({})),
    wantWords: ['forRootAsync', 'useFactory'],
  }),
  failsTheBootstrap({
    title: 'forRootAsync() of nothing',
    application: asynchronous(() => WaitModule.forRootAsync(undefined as never)),
    wantWords: ['forRootAsync', 'useFactory', 'undefined'],
  }),
];

@Module({ imports: [WaitModule.forRoot()] })
class Feature {}

const roots: readonly Mistake[] = [
  failsTheBootstrap({
    title: 'a second forRoot()',
    application: () => ({ imports: [Feature], providers: [jobWith('Until', '5s')], options: {} }),
    mended: () => ({ imports: [Feature], providers: [jobWith('Until', '5s')], bringsModule: true }),
    wantCode: FOR_ROOT,
    wantWords: ['WaitModule.forRoot()', '2 times', 'root module'],
  }),
  failsTheBootstrap({
    title: 'forRoot() together with forRootAsync()',
    application: () => ({ imports: [WaitModule.forRootAsync({ useFactory: () => ({}) })], options: {} }),
    wantCode: FOR_ROOT,
    wantWords: ['WaitModule.forRoot()', '2 times', 'root module'],
  }),
  failsTheBootstrap({
    title: 'forRoot() of another copy of the package',
    application: async () => ({ imports: [(await secondCopy()).WaitModule.forRoot()], options: {} }),
    mended: async () => ({ imports: [(await secondCopy()).WaitModule], options: {} }),
    wantCode: FOR_ROOT,
    wantWords: ['WaitModule.forRoot()', '2 copies of nestjs-wait', 'npm dedupe'],
  }),
  {
    title: 'WaitModule without forRoot()',
    wantCode: FOR_ROOT,
    wantWords: ['WaitModule', 'without forRoot()', 'root module'],
    provoke: () => initError(Test.createTestingModule({ imports: [WaitModule], providers: [Bystander] })),
  },
];

export const moduleOptions: readonly Mistake[] = [
  ...options.map((row) => refusesOptions({ ...row, wantWords: ['WaitModule.forRoot', ...row.wantWords] })),
  ...modules,
  ...roots,
];
