import type { PageAction, PageAnswer, PageData } from '../../page-data.js';
import type { View } from '../state/view.js';
import { NoAnswer } from './no-answer.js';

/** What came of an action. */
export interface ActionResult extends PageAnswer {
  /** Whether it was accepted. */
  readonly isDone: boolean;
  /** Whether another replica has answered than the one that was meant. */
  readonly isElsewhere: boolean;
}

const CONFLICT = 409;
const LONGEST_RETRY_AFTER = 10 * 60_000;
const ACTION_WITHIN = 10_000;

/** The server, beside whose page these relative URLs are. */
export class PageServer {
  constructor(private readonly send: (url: string, init: RequestInit) => Promise<Response>) {}

  async data({ state, q, loop }: View, limit: number, signal: AbortSignal): Promise<PageData> {
    const query = new URLSearchParams({ limit: String(limit) });
    for (const [name, value] of Object.entries({ state, q, loop })) {
      if (value) {
        query.set(name, value);
      }
    }
    const { response, body } = await this.reach(`data?${query.toString()}`, {
      signal,
      headers: { Accept: 'application/json' },
    });
    const data = body as Partial<PageData> | undefined;
    if (!response.ok || data?.loops === undefined) {
      throw refused(response);
    }
    return data as PageData;
  }

  async act(action: PageAction): Promise<ActionResult> {
    const { response, body } = await this.reach('actions', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', 'X-Nestjs-Wait': '1' },
      body: JSON.stringify(action),
      signal: AbortSignal.timeout(ACTION_WITHIN),
    });
    const { instance, message, code } = (body ?? {}) as Partial<PageAnswer>;
    // A guard's refusal has a message too, but it is not from the page.
    if (instance === undefined || message === undefined) {
      throw refused(response);
    }
    const isElsewhere =
      response.status === CONFLICT && action.instance !== undefined && instance !== action.instance;
    return { instance, message, isDone: response.ok, isElsewhere, ...(code !== undefined && { code }) };
  }

  private async reach(url: string, init: RequestInit): Promise<{ response: Response; body: unknown }> {
    try {
      // The login of another site must not be followed: its answer would look as if there were no server.
      const response = await this.send(url, { ...init, redirect: 'manual' });
      return { response, body: parsed(await response.text()) };
    } catch {
      const why = init.signal?.aborted ? 'has not answered within 10 s' : 'cannot be reached';
      throw new NoAnswer(`The server ${why}.`);
    }
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // a proxy, or a login, answers with a page
  }
}

function refused({ status, headers }: Response): NoAnswer {
  const wanted = Number(headers.get('Retry-After')) * 1000;
  const retryAfter = wanted > 0 ? Math.min(wanted, LONGEST_RETRY_AFTER) : 0;
  const why = WHY[status] ?? (status < 400 ? WHY_NO_DATA : `The server answered with status ${status}.`);
  return new NoAnswer(why, { retryAfter, isRefusal: status >= 400 && status < 500 });
}

const WHY_NO_DATA = 'The answer is not from this page. You may have to log in again: reload the page.';

const WHY: Readonly<Record<number, string>> = {
  401: 'You are not logged in any more. Log in, and reload the page.',
  403: 'You may not do this any more. Log in again, and reload the page.',
  404: 'The page is not there any more. The application may have been deployed without it.',
  429: 'The server was asked too often.',
  502: 'The proxy does not reach the application.',
  503: 'The application is not available.',
  504: 'The application does not answer the proxy.',
};
