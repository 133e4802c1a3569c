import { describe, expect, it, jest } from '@jest/globals';
import fc from 'fast-check';
import type { LoopFunction } from 'nestjs-wait';
import type { PageData } from '../../src/page/page-data.js';
import { bootPage, type PageBooted } from '../support/page-data.js';

jest.setTimeout(120_000); // it computes for some seconds

const SECRET = 'Bearer abc';

/** An error as HTTP clients throw them: circular, and with the request and its credentials. */
function secretError(message = 'refused'): Error {
  const error = new Error(message, { cause: Object.assign(new Error('socket closed'), { token: SECRET }) });
  return Object.assign(error, { config: { headers: { authorization: SECRET }, error } });
}

/** All that the page says of a loop whose only run has thrown. */
async function told(thrown: unknown, showErrors: boolean): Promise<PageBooted & { readonly json: string }> {
  const booted = await bootPage({}, {}, { showErrors });
  booted.service.until(() => Promise.reject(thrown), { name: 'job', period: '1h' });
  await booted.clock.advance(0);
  return { ...booted, json: booted.source.json({ loop: 'job' }, 'all').toString() };
}

describe('the errors on the page', () => {
  it('are not shown by default', async () => {
    const { json, data } = await told(secretError(), false);
    expect(json).not.toMatch(/refused|socket|abc|lastError/);
    expect(data()).toMatchObject({ showErrors: false, loops: [{ problem: 'failing', failures: 1 }] });
  });

  it('are shown with showErrors: in the list in one line, in the detail with stack and causes', async () => {
    const { json, data } = await told(secretError('refused\nby the server'), true);
    expect(json).not.toContain('abc');
    const { loops, detail } = data({ loop: 'job' });
    expect(loops[0]?.lastError).toBe('refused\\nby the server (caused by: socket closed)');
    const lines = detail?.lastError?.split('\n') ?? [];
    expect(lines[0]).toBe('Error: refused\\nby the server');
    expect(lines.some((line) => /^ {4}at .*page-data-errors\.spec/.test(line))).toBe(true);
    expect(lines).toContain('  caused by: Error: socket closed');
  });

  it('stay when later runs succeed, but the loop is well', async () => {
    const { data, service, clock } = await bootPage({}, {}, { showErrors: true });
    let runs = 0;
    const work: LoopFunction = () => (++runs === 1 ? Promise.reject(new Error('boom')) : undefined);
    service.until(work, { name: 'job', period: '1s' });
    await clock.advance(1000);
    expect(data().loops).toMatchObject([{ consecutiveFailures: 0, lastError: 'boom' }]);
    expect(data().loops[0]).not.toHaveProperty('problem');
  });

  it('are absent if no run has failed, although they may be shown', async () => {
    const { data, service, clock } = await bootPage({}, {}, { showErrors: true });
    service.until(() => {}, { name: 'job', period: '1s' });
    await clock.advance(0);
    const { loops, detail } = data({ loop: 'job' });
    expect(loops[0]).not.toHaveProperty('lastError');
    expect(detail).not.toHaveProperty('lastError');
  });
});

const ODD_TEXTS = [
  '__proto__',
  'constructor',
  'toJSON',
  '<script>alert(1)</script>',
  '"><img src=x onerror=alert(1)>',
  '\u0000\u001b[31m\u2028\u2029',
  '\ud800',
  'a\udc00b',
  '&lt;',
  '\\"',
  '💥',
];

const oddText = fc.oneof(
  fc.constantFrom(...ODD_TEXTS),
  fc.string({ unit: 'binary', minLength: 1, maxLength: 30 }),
  fc.array(fc.nat(0xffff), { minLength: 1, maxLength: 10 }).map((units) => String.fromCharCode(...units)),
);

/** What no text of a loop contains by chance. */
const marked = oddText.map((text) => `${text}SECRET${text}`);

const oddError: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom(undefined, null, 0, NaN, 5n, Symbol(SECRET), { toJSON: () => SECRET }),
  marked,
  fc.record({ message: marked, name: fc.oneof(marked, fc.constant(7)), stack: marked, toString: marked }),
  fc.tuple(marked, marked).map(([message, property]) => {
    const error = Object.assign(new TypeError(message), { [property]: property, code: property });
    Object.defineProperty(error, 'cause', { value: error });
    return error;
  }),
  marked.map((message) => new AggregateError([new Error(message)], '')),
  marked.map((message) =>
    Object.defineProperty(new Error(message), 'message', {
      get: () => {
        throw new Error(message);
      },
    }),
  ),
);

describe('the JSON of odd loops', () => {
  it.each([false, true])(
    'has each name as it is, and errors only with showErrors: %p',
    async (showErrors) => {
      const { service, registry, clock, source } = await bootPage({}, {}, { showErrors });
      const isHonest = async (name: string, thrown: unknown, reason: string): Promise<void> => {
        const handle = service.until(() => Promise.reject(thrown), { name, period: '1h' });
        await clock.advance(0);
        await registry.get(name)!.pause(reason);
        source.forget();
        const json = source.json({ loop: name }, 'all').toString();
        const { loops, detail } = JSON.parse(json) as PageData;
        await handle.stop();
        const errorType = showErrors ? 'string' : 'undefined';
        const found = loops.map((loop) => [loop.name, loop.pauseReason, typeof loop.lastError]);
        expect(found).toEqual([[name, reason, errorType]]);
        expect(detail).toMatchObject({ name, runs: [{ run: 1, outcome: 'failed' }] });
        expect(typeof detail?.lastError).toBe(errorType);
        expect(showErrors || !/SECRET|Bearer/.test(json)).toBe(true);
      };
      await fc.assert(fc.asyncProperty(oddText, oddError, oddText, isHonest), {
        numRuns: 60,
        seed: 20260101,
      });
    },
  );
});
