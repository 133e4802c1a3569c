import { Injectable, Module, type Type } from '@nestjs/common';
import { Until } from 'nestjs-wait';
import { failsTheBootstrap } from '../support/application.js';
import type { Mistake } from '../support/mistake.js';

const DUPLICATE_LOOP = 'WAIT_ERR_DUPLICATE_LOOP';
const UNKNOWN_LOOP = 'WAIT_ERR_UNKNOWN_LOOP';

@Injectable()
class Outbox {
  @Until('5s')
  flush(): void {}
}

@Module({ providers: [Outbox] })
class Mail {}

@Module({ providers: [Outbox] })
class Print {}

@Module({ providers: [Outbox], exports: [Outbox] })
class Shared {}

/** What a minifier makes of a class, and what its user makes of its name. */
function minified(name?: string): Type {
  class t {
    @Until(name === undefined ? '5s' : { period: '5s', name })
    e(): void {}
  }
  return t;
}

class Named {
  @Until({ period: '5s', name: 'poll' })
  one(): void {}
}

class AlsoNamed {
  @Until({ period: '5s', name: 'poll' })
  two(): void {}
}

class Workers {
  @Until({ period: '5s', name: 'work', workers: 2 })
  work(): void {}

  @Until({ period: '5s', name: 'work#1' })
  other(): void {}
}

/** As a class decorator that returns a subclass, or `mixin()`, makes it. */
const Anonymous = (() => class extends Outbox {})();

export const names: readonly Mistake[] = [
  failsTheBootstrap({
    title: 'two loops that were given one name',
    application: () => ({ providers: [Named, AlsoNamed] }),
    mended: () => ({ providers: [Named] }),
    wantCode: DUPLICATE_LOOP,
    wantWords: ["'poll'", 'name'],
  }),
  failsTheBootstrap({
    title: 'two instances of one class',
    application: () => ({ providers: [Outbox, { provide: 'second', useClass: Outbox }] }),
    mended: () => ({ providers: [Outbox, { provide: 'second', useExisting: Outbox }] }),
    wantCode: DUPLICATE_LOOP,
    wantWords: ["'Outbox.flush'", 'name', 'self'],
  }),
  failsTheBootstrap({
    title: 'one provider that two modules list, and names both',
    application: () => ({ imports: [Mail, Print] }),
    mended: () => ({ imports: [Shared] }),
    wantCode: DUPLICATE_LOOP,
    wantWords: ["'Outbox.flush'", 'Mail', 'Print', /once/, /export/],
  }),
  failsTheBootstrap({
    title: 'an anonymous subclass and its base, which both get the name of the base',
    application: () => ({ providers: [Outbox, Anonymous] }),
    mended: () => ({ providers: [Anonymous] }),
    wantCode: DUPLICATE_LOOP,
    wantWords: ["'Outbox.flush'", 'name'],
  }),
  failsTheBootstrap({
    title: 'two classes to which a minifier gave one name',
    application: () => ({ providers: [minified(), minified()] }),
    mended: () => ({ providers: [minified()] }),
    wantCode: DUPLICATE_LOOP,
    wantWords: ["'t.e'", 'minif', 'keep_classnames', '--keep-names'],
  }),
  failsTheBootstrap({
    title: 'a loop with the name of a worker of another',
    application: () => ({ providers: [Workers] }),
    wantCode: DUPLICATE_LOOP,
    wantWords: ["'work#1'", 'name'],
  }),
  failsTheBootstrap({
    title: 'an override by a name that a minifier has changed',
    application: () => ({
      providers: [minified()],
      options: { loops: { 'Outbox.flush': { period: '1s' } } },
    }),
    mended: () => ({
      providers: [minified('Outbox.flush')],
      options: { loops: { 'Outbox.flush': { period: '1s' } } },
    }),
    wantCode: UNKNOWN_LOOP,
    wantWords: ["loops['Outbox.flush']", 't.e', 'minif', 'keep_classnames'],
  }),
  failsTheBootstrap({
    title: 'an override of the loop of a provider that a test has replaced',
    application: () => ({
      providers: [{ provide: Outbox, useValue: { flush: (): void => undefined } }],
      options: { loops: { 'Outbox.flush': { period: '1s' } } },
    }),
    mended: () => ({
      providers: [{ provide: Outbox, useValue: { flush: (): void => undefined } }],
      options: { loops: { 'Outbox.flush': { enabled: false } } },
    }),
    wantCode: UNKNOWN_LOOP,
    wantWords: ["loops['Outbox.flush']", /replaced/, 'class'],
  }),
];
