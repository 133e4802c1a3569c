import { expect } from '@jest/globals';
import { Injectable, type LoggerService, type ModuleMetadata } from '@nestjs/common';
import type { TestingModuleBuilder } from '@nestjs/testing';
import { Until, type WaitModuleOptions } from 'nestjs-wait';
import { boot, compile, type Booted } from '../../support/boot.js';
import { failureOf, thrownBy, type Mistake, type Row } from './mistake.js';

export const AN_HOUR = 3_600_000;

/** An application of a row. It imports `WaitModule.forRoot(options)`, unless it says that it brings its own. */
export interface Application extends ModuleMetadata {
  readonly options?: WaitModuleOptions;
  /** `true`: its `imports` have all that it needs. */
  readonly bringsModule?: boolean;
}

/** The loop of somebody else in the same application: it runs when all is well, and never otherwise. */
@Injectable()
export class Bystander {
  runs = 0;

  @Until('1m')
  tick(): void {
    this.runs++;
  }
}

function withBystander(application: Application): [ModuleMetadata, WaitModuleOptions?] {
  const { options = {}, bringsModule = false, providers = [], ...metadata } = application;
  const modules = { ...metadata, providers: [Bystander, ...providers] };
  return bringsModule ? [modules] : [modules, options];
}

/** Boots an application with a bystander in it. */
export function bootBeside(application: Application): Promise<Booted> {
  return boot(...withBystander(application));
}

/** Expects that an application starts, that its loops run, and that it ends. */
export async function expectToStart(application: Application): Promise<void> {
  const { app, clock, close } = await bootBeside(application);
  expect(app.get(Bystander).runs).toBe(1);
  await close();
  expect(clock.armedTimers).toBe(0);
}

interface BootstrapRow extends Row {
  readonly application: () => Application | Promise<Application>;
  /** The same modules without the mistake; default: the bystander alone. */
  readonly mended?: () => Application | Promise<Application>;
}

/** A mistake that fails the bootstrap: nothing runs then, also no loop that has nothing to do with it. */
export function failsTheBootstrap({ application, mended, ...row }: BootstrapRow): Mistake {
  return {
    ...row,
    provoke: async () => {
      const error = await bootstrapError(application);
      await expectToStart((await mended?.()) ?? {});
      return error;
    },
  };
}

async function bootstrapError(application: BootstrapRow['application']): Promise<unknown> {
  let booted: Booted | undefined;
  const error = await failureOf(async () => {
    booted = await compile(...withBystander(await application()));
    await booted.app.init();
  });
  if (booted !== undefined) {
    const { app, clock, registry, close } = booted;
    await clock.advance(AN_HOUR);
    expect(app.get(Bystander).runs).toBe(0);
    expect(registry.list().filter(({ state }) => state !== 'stopped')).toEqual([]);
    expect(clock.armedTimers).toBe(0);
    await close();
  }
  return error;
}

/** What the bootstrap fails with of an application that cannot be booted with a clock of the test's own. */
export async function initError(builder: TestingModuleBuilder): Promise<unknown> {
  const moduleRef = await builder.setLogger(false as unknown as LoggerService).compile();
  const app = moduleRef.createNestApplication({ logger: false });
  const error = await failureOf(() => app.init());
  await app.close();
  expect(app.get(Bystander).runs).toBe(0);
  return error;
}

interface DefinitionRow extends Row {
  readonly define: () => unknown;
  /** Defines a provider without the mistake; default: the bystander alone. */
  readonly mended?: () => NonNullable<ModuleMetadata['providers']>[number];
}

/** A mistake that throws where the class is defined, long before there is an application. */
export function failsTheDefinition({ define, mended, ...row }: DefinitionRow): Mistake {
  return {
    ...row,
    provoke: async () => {
      const error = thrownBy(define);
      await expectToStart(mended === undefined ? {} : { providers: [mended()] });
      return error;
    },
  };
}
