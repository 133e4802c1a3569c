import { inspect } from 'node:util';
import { Injectable, Scope } from '@nestjs/common';
import { Until } from 'nestjs-wait';
import { failsTheBootstrap, failsTheDefinition, type Application } from '../support/application.js';
import { DECORATORS, jobWith, RIGHT, type Kind } from '../support/job.js';
import type { Mistake, Row } from '../support/mistake.js';

const INVALID_TARGET = 'WAIT_ERR_INVALID_TARGET';

/** Values that no loop can take as its options. */
const inputs: readonly (Row & { readonly kind?: Kind; readonly input: unknown })[] = [
  { title: 'no options', input: undefined, wantWords: ['options object', 'undefined'] },
  { title: 'null', input: null, wantWords: ['options object', 'null'] },
  { title: 'true', input: true, wantWords: ['options object', 'true'] },
  { title: 'a list', input: ['5s'], wantWords: ['options object', "'5s'"] },
  { title: 'a map', input: new Map([['period', '5s']]), wantWords: ['options object', 'Map'] },
  { title: 'a date', input: new Date(0), wantWords: ['options object', '1970'] },
  { title: 'a promise', input: Promise.resolve('5s'), wantWords: ['Promise', 'forRootAsync'] },
  {
    title: 'a period alone for JitterUntil',
    kind: 'JitterUntil',
    input: 5000,
    wantWords: ['options object', '5000'],
  },
  {
    title: 'a period alone for BackoffUntil',
    kind: 'BackoffUntil',
    input: '5s',
    wantWords: ['options object', "'5s'"],
  },
  {
    title: 'a map for BackoffUntil',
    kind: 'BackoffUntil',
    input: new Map(),
    wantWords: ['options object', 'Map'],
  },
  {
    title: 'a date for BackoffUntil',
    kind: 'BackoffUntil',
    input: new Date(0),
    wantWords: ['options object', '1970'],
  },
  {
    title: 'a promise for BackoffUntil',
    kind: 'BackoffUntil',
    input: Promise.resolve({}),
    wantWords: ['Promise', 'forRootAsync'],
  },
  { title: 'a list for BackoffUntil', kind: 'BackoffUntil', input: [], wantWords: ['options object', '[]'] },
];

const misused = inputs.flatMap(({ kind = 'Until', input, ...row }): Mistake[] => [
  failsTheDefinition({
    ...row,
    title: `${row.title} where the class is defined`,
    wantWords: ['Job.tick', kind, ...row.wantWords],
    define: () => jobWith(kind, input),
    mended: () => jobWith(kind, RIGHT[kind]),
  }),
  failsTheBootstrap({
    ...row,
    title: `${row.title} from the instance, at bootstrap`,
    wantWords: ['Job.tick', kind, ...row.wantWords],
    application: () => ({ providers: [jobWith(kind, () => input)] }),
    mended: () => ({ providers: [jobWith(kind, () => RIGHT[kind])] }),
  }),
]);

type Decorate = (target: unknown, key?: unknown, descriptor?: unknown) => void;

const decorate = (kind: Kind = 'Until'): Decorate => DECORATORS[kind](RIGHT[kind]) as Decorate;
const prototypeOfJob = (): object => class Job {}.prototype;

/** As a library that caches what a method returns, or binds the method, may do it. */
const memoized = ((_target: object, _key: string, { value }: PropertyDescriptor) => ({
  get: () => value as unknown,
  configurable: true,
})) as unknown as MethodDecorator;

const targets: readonly (Row & { readonly define: () => unknown })[] = [
  {
    title: 'a static method',
    define: () => decorate()(class Job {}, 'tick', { value: () => undefined }),
    wantWords: ['Job.tick', '@Until', 'static'],
  },
  {
    title: 'a getter',
    define: () => decorate()(prototypeOfJob(), 'tick', { get: () => 1 }),
    wantWords: ['Job.tick', '@Until', 'getter'],
  },
  {
    title: 'a method that a decorator below has made a getter',
    define: () => {
      class Job {
        @Until('5s')
        @memoized
        tick(): void {}
      }
      return Job;
    },
    wantWords: ['Job.tick', '@Until', 'getter', /below that decorator/],
  },
  {
    title: 'a setter',
    define: () => decorate('Forever')(prototypeOfJob(), 'tick', { set: () => undefined }),
    wantWords: ['Job.tick', '@Forever'],
  },
  {
    title: 'a property',
    define: () => decorate('NonSlidingUntil')(prototypeOfJob(), 'tick'),
    wantWords: ['Job.tick', '@NonSlidingUntil', 'property'],
  },
  {
    title: 'a parameter',
    define: () => decorate()(prototypeOfJob(), 'tick', 0),
    wantWords: ['Job.tick', '@Until', 'method'],
  },
  {
    title: 'a class',
    define: () => decorate('BackoffUntil')(class Job {}),
    wantWords: ['Job', '@BackoffUntil', 'method'],
  },
  {
    title: 'a method under the standard decorators',
    define: () =>
      decorate()(function tick(): void {}, { kind: 'method', name: 'tick', static: false, private: false }),
    wantWords: ['tick', 'experimentalDecorators', 'tsconfig.json'],
  },
  {
    title: 'a field under the standard decorators',
    define: () =>
      decorate('JitterUntil')(undefined, { kind: 'field', name: 'tick', static: false, private: false }),
    wantWords: ['tick', 'experimentalDecorators', 'tsconfig.json'],
  },
  {
    title: 'a class under the standard decorators',
    define: () => decorate()(class Job {}, { kind: 'class', name: 'Job' }),
    wantWords: ['Job', 'experimentalDecorators', 'tsconfig.json'],
  },
  {
    title: 'an asynchronous generator, whose body would never run',
    define: () => decorate()(prototypeOfJob(), 'tick', { value: async function* tick() {} }),
    wantWords: ['Job.tick', 'generator', '@Until'],
  },
  {
    title: 'a generator, whose body would never run',
    define: () => decorate('Forever')(prototypeOfJob(), 'tick', { value: function* tick() {} }),
    wantWords: ['Job.tick', 'generator', '@Forever'],
  },
  {
    title: 'a decorator that was not called',
    define: () => {
      class Job {
        @(Until as unknown as MethodDecorator)
        tick(): void {}
      }
      return Job;
    },
    wantCode: 'WAIT_ERR_INVALID_OPTION',
    wantWords: ['Job.tick', '@Until(…)', 'options'],
  },
];

const misplaced = targets.map((row) =>
  failsTheDefinition({ wantCode: INVALID_TARGET, mended: () => jobWith('Until', '5s'), ...row }),
);

/** Fails in its constructor for want of a request. */
@Injectable({ scope: Scope.REQUEST })
class Scoped {
  readonly tenant: string;

  constructor() {
    const request = undefined as { readonly tenant: string } | undefined;
    this.tenant = (request as { readonly tenant: string }).tenant;
  }

  @Until('5s')
  tick(): void {}
}

/** Fails nowhere, if there is a request. */
@Injectable({ scope: Scope.REQUEST })
class OfTenant {
  @Until('5s')
  tick(): void {}
}

const ofTenants = (requestContext: () => unknown): Application => ({
  providers: [OfTenant],
  options: { requestContext: requestContext as () => object },
});

/** Has options that cannot be read. */
const unreadable = {
  get period(): never {
    throw new Error('no such setting: OUTBOX_PERIOD');
  },
};

const fromInstances: readonly Mistake[] = [
  failsTheBootstrap({
    title: 'an options function that throws, and names its loop',
    application: () => ({
      providers: [
        jobWith('Until', () => {
          throw new Error('no such setting: OUTBOX_PERIOD');
        }),
      ],
    }),
    wantWords: ['Job.tick', 'options', 'no such setting: OUTBOX_PERIOD'],
  }),
  failsTheBootstrap({
    title: 'an asynchronous options function that rejects',
    application: () => ({ providers: [jobWith('Until', () => Promise.reject(new Error('late')))] }),
    wantWords: ['Job.tick', 'Promise', 'forRootAsync'],
  }),
  failsTheBootstrap({
    title: 'options whose getter throws, and names their loop',
    application: () => ({ providers: [jobWith('Until', () => unreadable)] }),
    wantWords: ['Job.tick', 'no such setting: OUTBOX_PERIOD'],
  }),
  failsTheBootstrap({
    title: 'an options function without the instance that it looks into',
    application: () => ({
      providers: [jobWith('Until', (self: { config: { poll: string } }) => self.config.poll)],
    }),
    wantWords: ['Job.tick', 'options', "'poll'"],
  }),
  failsTheBootstrap({
    title: 'the constructor of a request-scoped provider that throws, and says that there is no request',
    application: () => ({ providers: [Scoped] }),
    wantCode: INVALID_TARGET,
    wantWords: ['Scoped.tick', /no request/, "'tenant'", 'requestContext'],
  }),
  failsTheBootstrap({
    title: 'a request context that throws, and names the loop',
    application: () =>
      ofTenants(() => {
        throw new Error('no tenant');
      }),
    mended: () => ofTenants(() => ({ tenant: 'a' })),
    wantWords: ['OfTenant.tick', 'requestContext', 'no tenant'],
  }),
  ...[undefined, 'a', Promise.resolve({})].map((request) =>
    failsTheBootstrap({
      title: `a request context that returns ${inspect(request)}`,
      application: () => ofTenants(() => request),
      mended: () => ofTenants(() => ({ tenant: 'a' })),
      wantWords: ['OfTenant.tick', 'requestContext', 'object'],
    }),
  ),
  failsTheDefinition({
    title: 'options whose getter throws where the class is defined',
    define: () => Until(unreadable)(prototypeOfJob() as never, 'tick', { value: () => 1 }),
    wantWords: ['Job.tick', 'no such setting: OUTBOX_PERIOD'],
  }),
];

export const decorators: readonly Mistake[] = [...misused, ...misplaced, ...fromInstances];
