import type { PageAsset } from './assets.js';
import { headerOf, urlOf, type PageRequest, type PageResponse } from './http.js';

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

/** Answers with a file of the page, or that the browser has it already. */
export function sendAsset(request: PageRequest, response: PageResponse, asset: PageAsset): void {
  begin(response, 'no-cache').header('ETag', asset.etag);
  if (hasTag(headerOf(request, 'if-none-match'), asset.etag)) {
    response.status(304).send();
  } else {
    response.status(200).header('Content-Type', asset.type).send(asset.body);
  }
}

/** Answers with JSON that nobody keeps. */
export function sendJson(response: PageResponse, status: number, json: string): void {
  begin(response, 'no-store')
    .status(status)
    .header('Content-Type', 'application/json; charset=utf-8')
    .send(json);
}

/**
 * Leads from `…/loops` to `…/loops/page`. The address is relative, since a proxy may have changed the path.
 */
export function redirectToPage(request: PageRequest, response: PageResponse): void {
  const { path } = urlOf(request);
  const last = path.slice(path.lastIndexOf('/') + 1);
  begin(response, 'no-store')
    .status(302)
    .header('Location', last === '' ? 'page' : `${last}/page`)
    .send();
}

function begin(response: PageResponse, cacheControl: string): PageResponse {
  HEADERS.forEach(([name, value]) => response.header(name, value));
  return response.header('Cache-Control', cacheControl);
}

/** Tells whether a list of tags has this one. A proxy that compresses has made it a weak one. */
function hasTag(list: string, etag: string): boolean {
  return list.split(',').some((tag) => ['*', etag].includes(tag.trim().replace(/^W\//, '')));
}
