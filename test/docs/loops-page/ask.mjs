// Boots applications of docs/page.md on Express and on Fastify, and prints what they answer.
import { ConsoleLogger } from '@nestjs/common';
import { ExpressAdapter } from '@nestjs/platform-express';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import { WAIT_CLOCK, WAIT_LOGGER } from 'nestjs-wait';
import { FakeClock } from 'nestjs-wait/testing';

process.stderr.write = process.stdout.write.bind(process.stdout); // so that the lines keep their order

const PLATFORMS = {
  Express: () => new ExpressAdapter(),
  Fastify: () => new FastifyAdapter(),
  'Fastify that ignores slashes': () => new FastifyAdapter({ routerOptions: { ignoreTrailingSlash: true } }),
};

/**
 * Boots a module on each platform, and prints a line for each answer.
 *
 * @param requests - Each is a path and the options of `fetch`, with `what` to print before the answer.
 * @param act - Is called after these.
 */
export async function ask(heading, module, requests, { on = ['Express', 'Fastify'], act } = {}) {
  for (const platform of on) {
    const clock = new FakeClock();
    const logger = new ConsoleLogger({ logLevels: [] });
    const moduleRef = await Test.createTestingModule({ imports: [module] })
      .overrideProvider(WAIT_CLOCK)
      .useValue(clock)
      .overrideProvider(WAIT_LOGGER)
      .useValue(logger)
      .compile();
    const app = await moduleRef.createNestApplication(PLATFORMS[platform](), { logger: false }).init();
    await app.listen(0, '127.0.0.1');
    await clock.advance(0); // the first runs
    const url = await app.getUrl();
    console.log(`--- ${heading}, ${platform}`);
    for (const [path, { what = path, ...init } = {}] of requests) {
      console.log(`= ${what}: ${await answerOf(`${url}${path}`, init)}`);
    }
    logger.setLogLevels(['log', 'warn', 'error']);
    await act?.(url);
    logger.setLogLevels([]);
    await app.close();
  }
}

async function answerOf(address, init) {
  const response = await fetch(address, init);
  const text = await response.text();
  const { title, access } = text.startsWith('{') ? JSON.parse(text) : {};
  const isPage = response.url.endsWith('/page') && /^<!doctype html>/i.test(text);
  return [
    response.status,
    response.headers.get('www-authenticate') ?? undefined,
    isPage ? 'the page' : undefined,
    title,
    access,
  ]
    .filter((part) => part !== undefined)
    .join(', ');
}
