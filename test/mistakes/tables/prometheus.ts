import { Module } from '@nestjs/common';
import { WaitPrometheusModule, type WaitPrometheusOptions } from 'nestjs-wait/prometheus';
import { Registry } from 'prom-client';
import { failsTheBootstrap, failsTheDefinition, type Application } from '../support/application.js';
import type { Mistake, Row } from '../support/mistake.js';

interface PrometheusRow extends Row {
  readonly options: unknown;
}

const right = (): Application => ({
  imports: [WaitPrometheusModule.forRoot({ register: new Registry() })],
});

const OWNER = 'WaitPrometheusModule.forRoot';

const options: readonly PrometheusRow[] = [
  {
    title: 'an option that does not exist',
    options: { registry: new Registry() },
    wantWords: [OWNER, "no option 'registry'", 'register, buckets'],
  },
  {
    title: 'a register that is its metrics as text',
    options: { register: '# HELP' },
    wantWords: [OWNER, 'register', 'a Registry of prom-client', "'# HELP'"],
  },
  {
    title: 'a register that is the class',
    options: { register: Registry },
    wantWords: [OWNER, 'register', 'a Registry of prom-client'],
  },
  { title: 'a register of null', options: { register: null }, wantWords: [OWNER, 'register', 'null'] },
  { title: 'a single bucket', options: { buckets: 5 }, wantWords: [OWNER, 'buckets', '[0.1, 1, 10]', '5'] },
  { title: 'no buckets', options: { buckets: [] }, wantWords: [OWNER, 'buckets', 'a list of seconds'] },
  {
    title: 'buckets that do not ascend',
    options: { buckets: [1, 10, 5] },
    wantWords: [OWNER, 'buckets', 'ascending', '5'],
  },
  { title: 'a bucket twice', options: { buckets: [1, 1] }, wantWords: [OWNER, 'buckets', 'ascending'] },
  { title: 'a bucket of 0', options: { buckets: [0, 1] }, wantWords: [OWNER, 'buckets', 'above 0'] },
  { title: 'a bucket of NaN', options: { buckets: [1, NaN, 5] }, wantWords: [OWNER, 'buckets', 'NaN'] },
  {
    title: 'an infinite bucket, which every histogram has',
    options: { buckets: [1, Infinity] },
    wantWords: [OWNER, 'buckets', 'Infinity'],
  },
  { title: 'buckets in words', options: { buckets: ['1s'] }, wantWords: [OWNER, 'buckets', "'1s'"] },
  {
    title: 'buckets whose getter throws',
    options: {
      get buckets(): never {
        throw new Error('no such setting');
      },
    },
    wantWords: [OWNER, 'buckets', 'cannot be read', 'no such setting'],
  },
];

@Module({ imports: [WaitPrometheusModule] })
class WithoutForRoot {}

const imports: readonly Mistake[] = [
  failsTheBootstrap({
    title: 'a module without forRoot()',
    wantCode: 'WAIT_ERR_FOR_ROOT',
    wantWords: ['WaitPrometheusModule', 'without forRoot()', 'WaitPrometheusModule.forRoot() once'],
    application: () => ({ imports: [WithoutForRoot], options: {} }),
    mended: right,
  }),
  failsTheBootstrap({
    title: 'forRoot() twice',
    wantCode: 'WAIT_ERR_FOR_ROOT',
    wantWords: ['WaitPrometheusModule.forRoot() is imported 2 times', 'once, in the root module'],
    application: () => ({
      imports: [
        WaitPrometheusModule.forRoot({ register: new Registry() }),
        WaitPrometheusModule.forRoot({ register: new Registry() }),
      ],
    }),
    mended: right,
  }),
  failsTheBootstrap({
    title: 'a factory that returns nothing',
    wantWords: [OWNER, 'options object', 'undefined', 'a factory has to return it'],
    application: () => ({
      imports: [
        WaitPrometheusModule.forRootAsync({
          useFactory: () => undefined as unknown as WaitPrometheusOptions,
        }),
      ],
    }),
    mended: right,
  }),
  failsTheDefinition({
    title: 'a promise of options',
    wantWords: [OWNER, 'a Promise', 'WaitPrometheusModule.forRootAsync({ useFactory'],
    define: () => WaitPrometheusModule.forRoot(Promise.resolve({}) as WaitPrometheusOptions),
  }),
  failsTheDefinition({
    title: 'forRootAsync() without a way',
    wantWords: ['WaitPrometheusModule.forRootAsync', 'useFactory, useClass and useExisting'],
    define: () => WaitPrometheusModule.forRootAsync({}),
  }),
];

export const prometheus: readonly Mistake[] = [
  ...options.map(({ options: written, ...row }) =>
    failsTheBootstrap({
      ...row,
      application: () => ({ imports: [WaitPrometheusModule.forRoot(written as WaitPrometheusOptions)] }),
      mended: right,
    }),
  ),
  ...imports,
];
