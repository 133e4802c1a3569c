import { describe, expect, it, jest } from '@jest/globals';
import { PageServer } from '../../../src/page/client/server/page-server.js';
import { pageData, pageLoop } from '../../support/page-client.js';

interface Sent {
  readonly url: string;
  readonly init: RequestInit;
}

/** A server that answers everything in the same way. */
function answering(answer: Response | Error): { server: PageServer; sent: Sent[] } {
  const sent: Sent[] = [];
  const server = new PageServer(async (url, init) => {
    sent.push({ url, init });
    if (answer instanceof Error) {
      throw answer;
    }
    return answer;
  });
  return { server, sent };
}

function brokenOff(): ReadableStream {
  return new ReadableStream({
    start: (answer) => {
      answer.enqueue(new TextEncoder().encode('{"loops":['));
      answer.error(new TypeError('network error'));
    },
  });
}

const NEVER = new AbortController().signal;
const ACTION = { loop: 'A', action: 'trigger', instance: 'web-1' } as const;
const askFor = (server: PageServer): Promise<unknown> => server.data({ q: '' }, 100, NEVER);

describe('the server that the page asks', () => {
  it('gets what is looked at, on a URL beside the page', async () => {
    const data = pageData([pageLoop('A')]);
    const { server, sent } = answering(Response.json(data));
    const view = { state: 'failing', q: 'a&b', loop: 'A.é' } as const;
    expect(await server.data(view, 200, NEVER)).toEqual(data);
    expect(sent[0]?.url).toBe('data?limit=200&state=failing&q=a%26b&loop=A.%C3%A9');
    expect(sent[0]?.init).toMatchObject({ signal: NEVER });
  });

  it('is asked for nothing that is not chosen', async () => {
    const { server, sent } = answering(Response.json(pageData([])));
    await askFor(server);
    expect(sent[0]?.url).toBe('data?limit=100');
  });

  it.each([
    ['cannot be reached', new TypeError('Failed to fetch'), 'The server cannot be reached.'],
    ['breaks off within its answer', new Response(brokenOff()), 'The server cannot be reached.'],
    ['does not know the reader any more', new Response('', { status: 401 }), /not logged in/],
    ['refuses', new Response('{}', { status: 403 }), /may not do this/],
    ['has no such page', new Response('', { status: 404 }), /not there any more/],
    [
      'is behind a proxy that does not reach it',
      new Response('<html>', { status: 502 }),
      /proxy does not reach/,
    ],
    ['has a fault', new Response('', { status: 500 }), 'The server answered with status 500.'],
    ['sends the page of a login', new Response('<html>'), /log in again/],
    ['sends other JSON', Response.json({ data: [] }), /log in again/],
  ])('says in words that it %s', async (_, answer, want) => {
    await expect(askFor(answering(answer).server)).rejects.toMatchObject({
      name: 'NoAnswer',
      message: typeof want === 'string' ? want : expect.stringMatching(want),
      retryAfter: 0,
    });
  });

  it.each([
    ['30', 30_000],
    ['9999999999', 600_000],
    ['Infinity', 600_000],
    ['0', 0],
    ['Wed, 21 Oct 2026 07:28:00 GMT', 0],
  ])('wants to be left alone: Retry-After: %s', async (retryAfter, want) => {
    const answer = new Response('', { status: 429, headers: { 'Retry-After': retryAfter } });
    await expect(askFor(answering(answer).server)).rejects.toMatchObject({ retryAfter: want });
  });

  it('gets an action as JSON, with the header that no other site can send', async () => {
    const { server, sent } = answering(Response.json({ instance: 'web-1', message: 'A runs now.' }));
    expect(await server.act(ACTION)).toEqual({
      instance: 'web-1',
      message: 'A runs now.',
      isDone: true,
      isElsewhere: false,
    });
    expect(sent[0]).toMatchObject({
      url: 'actions',
      init: { method: 'POST', headers: { 'Content-Type': 'application/json', 'X-Nestjs-Wait': '1' } },
    });
    expect(JSON.parse(sent[0]?.init.body as string)).toEqual(ACTION);
  });

  it.each([
    [400, true],
    [499, true],
    [500, false],
    [302, false],
  ])('is known to have done nothing after status %d: %s', async (status, isRefusal) => {
    const answer = new Response('', { status });
    await expect(answering(answer).server.act(ACTION)).rejects.toMatchObject({ isRefusal });
  });

  it('has 10 s to answer an action', async () => {
    const timeout = jest.spyOn(AbortSignal, 'timeout').mockReturnValue(AbortSignal.abort());
    const { server, sent } = answering(new TypeError('aborted'));
    await expect(server.act(ACTION)).rejects.toThrow('The server has not answered within 10 s.');
    expect(timeout.mock.calls).toEqual([[10_000]]);
    expect(sent[0]?.init.signal).toBe(timeout.mock.results[0]?.value);
    timeout.mockRestore();
  });

  it.each([
    ['another replica', 409, 'web-2', true],
    ['the loop itself', 409, 'web-1', false],
    ['a missing loop', 404, 'web-2', false],
  ])('says whether an action was refused by %s', async (_, status, instance, isElsewhere) => {
    const answer = Response.json({ instance, message: 'No.', code: 'WAIT_ERR_X' }, { status });
    expect(await answering(answer).server.act(ACTION)).toEqual({
      instance,
      message: 'No.',
      code: 'WAIT_ERR_X',
      isDone: false,
      isElsewhere,
    });
  });

  it.each([
    ['a proxy', new Response('<html>', { status: 504 }), 'The application does not answer the proxy.'],
    [
      'a guard',
      Response.json({ statusCode: 401, message: 'Unauthorized' }, { status: 401 }),
      'You are not logged in any more. Log in, and reload the page.',
    ],
  ])('says in words that %s has answered an action', async (_, answer, want) => {
    await expect(answering(answer).server.act(ACTION)).rejects.toThrow(want);
  });
});
