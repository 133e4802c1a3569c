import type { PageAnswer } from './page-data.js';

/** What the page needs of a request, of Express or of Fastify. */
export interface PageRequest {
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly url: string;
  /** The URL before a middleware has changed it. */
  readonly originalUrl?: string;
  readonly body?: unknown;
  /** Whom the guards have found. */
  readonly user?: unknown;
  readonly ip?: string;
}

/** What the page needs of a response, of Express or of Fastify. */
export interface PageResponse {
  status(code: number): PageResponse;
  header(name: string, value: string): PageResponse;
  /** @returns The response. That of Fastify can be awaited: it resolves when it has been sent. */
  send(body?: string | Buffer): unknown;
}

/** What an action comes to. */
export interface PageReply extends Omit<PageAnswer, 'instance'> {
  readonly status: number;
}

/** Returns a header of a request, in one string; empty if it has none. */
export function headerOf({ headers }: PageRequest, name: string): string {
  return String(headers[name] ?? '');
}

/** Returns the path of a request, as the application got it. */
export function pathOf(request: PageRequest): string {
  return urlOf(request).split('?', 1).join('');
}

/** Returns the query of a request. */
export function queryOf(request: PageRequest): Readonly<Record<string, string>> {
  return Object.fromEntries(new URLSearchParams(urlOf(request).slice(pathOf(request).length)));
}

function urlOf({ originalUrl, url }: PageRequest): string {
  return originalUrl ?? url;
}
