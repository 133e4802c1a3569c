import { show } from '../core/values/show.js';
import { headerOf, type PageReply, type PageRequest } from './http.js';

/**
 * Refuses an action that no page of this application has sent. A form of another site cannot send JSON. A
 * script of another site cannot send a header of its own, unless the application lets it (CORS). And what
 * the browser itself says about where a request comes from, no script can change.
 *
 * @returns Why it is refused; `undefined` if it is not.
 */
export function refuseForeign(request: PageRequest): PageReply | undefined {
  const [type = ''] = headerOf(request, 'content-type').split(';');
  if (type.trim().toLowerCase() !== 'application/json') {
    return {
      status: 415,
      message: 'An action is JSON. Send it with the header Content-Type: application/json.',
    };
  }
  if (headerOf(request, 'x-nestjs-wait') !== '1') {
    return { status: 403, message: 'An action needs the header X-Nestjs-Wait: 1, which the page sends.' };
  }
  return isSameOrigin(request) ? undefined : { status: 403, message: foreign(request) };
}

function isSameOrigin(request: PageRequest): boolean {
  const site = headerOf(request, 'sec-fetch-site');
  if (site !== '') {
    return site === 'same-origin';
  }
  // A browser does not say so over plain HTTP, unless the host is localhost.
  const origin = headerOf(request, 'origin');
  const own = `${origin.split('//', 1).join('')}//${hostOf(request)}`;
  return URL.canParse(own) && new URL(own).origin === origin;
}

/** HTTP/2 has a header of its own for the host. */
function hostOf(request: PageRequest): string {
  return headerOf(request, 'host') || headerOf(request, ':authority');
}

function foreign(request: PageRequest): string {
  const site = headerOf(request, 'sec-fetch-site');
  if (site !== '') {
    return `This request comes from another site (Sec-Fetch-Site: ${show(site)}). Act on the page of the loops itself.`;
  }
  const [origin, host] = [show(headerOf(request, 'origin')), show(hostOf(request))];
  return `This request does not say that it comes from this site: its Origin is ${origin}, and its Host ${host}. Act on the page of the loops itself. A proxy must pass the header Host on, or use HTTPS.`;
}
