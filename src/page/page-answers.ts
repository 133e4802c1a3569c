import { Injectable, type BeforeApplicationShutdown } from '@nestjs/common';
import type { PageAsset } from './assets.js';
import { headerOf, type PageRequest, type PageResponse } from './http.js';

// They allow what the page does and nothing else, whatever the application's own headers are.
const HEADERS: readonly (readonly [name: string, value: string])[] = [
  [
    'Content-Security-Policy',
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'",
  ],
  ['X-Content-Type-Options', 'nosniff'],
  ['X-Frame-Options', 'DENY'],
  ['Referrer-Policy', 'no-referrer'],
  ['Cross-Origin-Resource-Policy', 'same-origin'],
];

/**
 * Writes the answers. Each method waits until the answer has been sent, which may take a hook of Fastify some
 * time. Otherwise a global interceptor that fails when a handler has no result would change the answer.
 */
@Injectable()
export class PageAnswers implements BeforeApplicationShutdown {
  private isClosing = false;

  /** A client that polls on one connection would hold up the end of the server forever. */
  beforeApplicationShutdown(): void {
    this.isClosing = true;
  }

  /** Answers with a file of the page, or that the browser has it already. */
  async asset(request: PageRequest, response: PageResponse, { body, type, etag }: PageAsset): Promise<void> {
    this.begin(response, 'no-cache').header('ETag', etag);
    if (hasTag(headerOf(request, 'if-none-match'), etag)) {
      await response.status(304).send();
    } else {
      await response.status(200).header('Content-Type', type).send(body);
    }
  }

  /** Answers with JSON that nobody keeps. */
  async json(response: PageResponse, status: number, json: string | Buffer): Promise<void> {
    const type = 'application/json; charset=utf-8';
    await this.begin(response, 'no-store').status(status).header('Content-Type', type).send(json);
  }

  /** @param address - It is relative, since a proxy may have changed the path. */
  async redirect(response: PageResponse, address: string): Promise<void> {
    await this.begin(response, 'no-store').status(302).header('Location', address).send();
  }

  private begin(response: PageResponse, cacheControl: string): PageResponse {
    HEADERS.forEach(([name, value]) => response.header(name, value));
    if (this.isClosing) {
      response.header('Connection', 'close');
    }
    return response.header('Cache-Control', cacheControl);
  }
}

/** Tells whether a list of tags has this one. A proxy that compresses has made it a weak one. */
function hasTag(list: string, etag: string): boolean {
  return list.split(',').some((tag) => ['*', etag].includes(tag.trim().replace(/^W\//, '')));
}
