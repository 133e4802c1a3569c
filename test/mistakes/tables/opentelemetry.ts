import { Module } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { WaitModule } from 'nestjs-wait';
import { WaitOpenTelemetryModule, type WaitOpenTelemetryOptions } from 'nestjs-wait/opentelemetry';
import { boot } from '../../support/boot.js';
import { Telemetry } from '../../support/telemetry.js';
import { Bystander, failsTheBootstrap, initError, type Application } from '../support/application.js';
import { type Mistake, type Row } from '../support/mistake.js';

const OWNER = 'WaitOpenTelemetryModule.forRoot';

const options: readonly (Row & { readonly options: unknown })[] = [
  { title: 'options that are null', options: null, wantWords: ['null'] },
  { title: 'options that are true', options: true, wantWords: ['true'] },
  { title: 'options that are a list', options: [], wantWords: ['[]'] },
  {
    title: 'options that are a promise',
    options: Promise.resolve({}),
    wantWords: ['Promise', 'forRootAsync'],
  },
  {
    title: 'an option that is misspelled',
    options: { trace: false },
    wantWords: ["'trace'", 'metrics, traces'],
  },
  {
    title: 'metrics in words',
    options: { metrics: 'false' },
    wantWords: ['metrics', "'false'", 'true or false'],
  },
  { title: 'metrics that are null', options: { metrics: null }, wantWords: ['metrics', 'null'] },
  {
    title: 'traces that are a number',
    options: { traces: 0.1 },
    wantWords: ['traces', '0.1', 'true or false'],
  },
];

class NoFactory {}

const withModule = (module: () => NonNullable<Application['imports']>[number]): (() => Application) => {
  return () => ({ imports: [module()] });
};

const modules: readonly Mistake[] = [
  failsTheBootstrap({
    title: 'a factory that returns nothing',
    application: withModule(() =>
      WaitOpenTelemetryModule.forRootAsync({ useFactory: () => undefined as never }),
    ),
    mended: withModule(() => WaitOpenTelemetryModule.forRootAsync({ useFactory: () => ({}) })),
    wantWords: [OWNER, 'undefined', 'Write {}'],
  }),
  failsTheBootstrap({
    title: 'a factory whose options have a mistake',
    application: withModule(() =>
      WaitOpenTelemetryModule.forRootAsync({ useFactory: () => ({ traces: 'yes' as never }) }),
    ),
    wantWords: [OWNER, 'traces', "'yes'"],
  }),
  failsTheBootstrap({
    title: 'a class that cannot make options',
    application: withModule(() => WaitOpenTelemetryModule.forRootAsync({ useClass: NoFactory as never })),
    wantWords: ['WaitOpenTelemetryModule.forRootAsync', 'createWaitOpenTelemetryOptions()', 'NoFactory'],
  }),
  failsTheBootstrap({
    title: 'forRootAsync() without anything that makes options',
    application: withModule(() => WaitOpenTelemetryModule.forRootAsync({})),
    wantWords: ['WaitOpenTelemetryModule.forRootAsync', 'useFactory'],
  }),
];

@Module({ imports: [WaitOpenTelemetryModule.forRoot()] })
class Feature {}

const WITH_METRICS = WaitOpenTelemetryModule.forRoot({ traces: false });

const roots: readonly Mistake[] = [
  failsTheBootstrap({
    title: 'a second forRoot()',
    application: () => ({ imports: [Feature, WaitOpenTelemetryModule.forRoot()] }),
    mended: () => ({ imports: [Feature, WaitOpenTelemetryModule] }),
    wantCode: 'WAIT_ERR_FOR_ROOT',
    wantWords: ['WaitOpenTelemetryModule.forRoot()', '2 times', 'root module'],
  }),
  failsTheBootstrap({
    title: 'WaitOpenTelemetryModule without forRoot()',
    application: () => ({ imports: [WaitOpenTelemetryModule] }),
    mended: () => ({ imports: [WaitOpenTelemetryModule.forRoot()] }),
    wantCode: 'WAIT_ERR_FOR_ROOT',
    wantWords: ['WaitOpenTelemetryModule', 'without forRoot()', 'root module'],
  }),
  failsTheBootstrap({
    title: 'a second application that reports to the same meter provider',
    application: async () => {
      new Telemetry().register();
      await boot({ imports: [WaitModule.forRoot(), WITH_METRICS] });
      return { imports: [WITH_METRICS] };
    },
    wantWords: ['WaitOpenTelemetryModule', 'another application', 'meter provider', 'metrics: false'],
  }),
  {
    title: 'WaitOpenTelemetryModule without WaitModule',
    wantCode: 'WAIT_ERR_FOR_ROOT',
    wantWords: ['WaitOpenTelemetryModule', 'needs WaitModule', 'WaitModule.forRoot()'],
    provoke: () =>
      initError(
        Test.createTestingModule({ imports: [WaitOpenTelemetryModule.forRoot()], providers: [Bystander] }),
      ),
  },
];

export const openTelemetry: readonly Mistake[] = [
  ...options.map(({ options: wrong, ...row }) =>
    failsTheBootstrap({
      ...row,
      wantWords: [OWNER, ...row.wantWords],
      application: withModule(() => WaitOpenTelemetryModule.forRoot(wrong as WaitOpenTelemetryOptions)),
      mended: withModule(() => WaitOpenTelemetryModule.forRoot({})),
    }),
  ),
  ...modules,
  ...roots,
];
