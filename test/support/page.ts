import { request as send, type Agent } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  RequestMethod,
  type DynamicModule,
  type HttpServer,
  type INestApplication,
  type ModuleMetadata,
  type Type,
} from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';
import { ExpressAdapter } from '@nestjs/platform-express';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import type { LoopInfo, WaitModuleOptions } from 'nestjs-wait';
import { WaitPageModule, type WaitPageOptions } from 'nestjs-wait/page';
import { compile, type Booted } from './boot.js';

export type Platform = 'Express' | 'Fastify';
export const PLATFORMS: readonly Platform[] = ['Express', 'Fastify'];

const ADAPTERS: Readonly<Record<Platform, () => HttpServer>> = {
  Express: () => new ExpressAdapter(),
  Fastify: () => new FastifyAdapter(),
};

/** An application with a page of its loops. */
export interface PageApplication extends ModuleMetadata {
  /** Default: everybody may act. */
  readonly page?: WaitPageOptions | DynamicModule;
  readonly options?: WaitModuleOptions;
  /** Default: that of the platform. */
  readonly adapter?: HttpServer;
  /** Sets the application up, before it listens. */
  readonly prepare?: (app: INestApplication, platform: Platform) => unknown;
}

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: string;
}

export interface Question {
  /** Keeps connections; default: none is kept. */
  readonly agent?: Agent;
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** An application that listens on a free port of the loopback. */
export interface Served extends Booted {
  /** Its address, without the path of the page. */
  readonly origin: string;
}

/** Boots an application with a page, and lets the first runs happen. */
export async function serve(
  platform: Platform,
  {
    page = { access: () => 'all' },
    options = {},
    adapter = ADAPTERS[platform](),
    prepare,
    imports = [],
    ...metadata
  }: PageApplication,
): Promise<Served> {
  const modules = {
    ...metadata,
    imports: ['module' in page ? page : WaitPageModule.forRoot(page), ...imports],
  };
  const booted = await compile(modules, options, undefined, adapter);
  await prepare?.(booted.app, platform);
  await booted.app.listen(0, '127.0.0.1');
  await booted.clock.advance(0);
  const { port } = booted.app.getHttpServer().address() as AddressInfo;
  return { ...booted, origin: `http://127.0.0.1:${port}` };
}

/** Asks a server, on a connection of its own. */
export function ask(url: string, { body, ...question }: Question = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const request = send(url, { agent: false, ...question }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers as Answer['headers'],
          body: Buffer.concat(chunks).toString(),
        }),
      );
    });
    request.on('error', reject);
    request.end(body);
  });
}

/** What the page itself sends with an action. */
export const FROM_THE_PAGE: Readonly<Record<string, string>> = {
  'content-type': 'application/json',
  'x-nestjs-wait': '1',
  'sec-fetch-site': 'same-origin',
};

/** Sends an action as the page does. */
export function act(page: string, action: object, headers = FROM_THE_PAGE): Promise<Answer> {
  return ask(`${page}/actions`, { method: 'POST', headers, body: JSON.stringify(action) });
}

/** A route as the metadata of its handler has it. */
export interface Route {
  readonly method: string;
  /** Below the path of the page; empty for that path itself. */
  readonly path: string;
}

/** Finds the routes of all controllers that the module of the page has. */
export function routesOf({ app }: Booted): Route[] {
  const modules = Array.from(app.get(ModulesContainer).values());
  const controllers = modules
    .filter(({ metatype }) => metatype === WaitPageModule)
    .flatMap((module) => Array.from(module.controllers.values()));
  return controllers.flatMap(({ metatype }) => {
    const prototype = (metatype as Type).prototype as Record<string, object>;
    return Object.getOwnPropertyNames(prototype).flatMap((name) => {
      const handler = prototype[name] as object;
      const path = Reflect.getMetadata('path', handler) as string | undefined;
      const method = RequestMethod[Reflect.getMetadata('method', handler) as number];
      return path === undefined || method === undefined ? [] : [{ method, path: path.replace(/^\/$/, '') }];
    });
  });
}

/** Describes a loop that exists. */
export function infoOf({ registry }: Booted, loop: string): LoopInfo {
  const handle = registry.get(loop);
  if (handle === undefined) {
    throw new Error(`There is no loop ${loop}.`);
  }
  return handle.info();
}
