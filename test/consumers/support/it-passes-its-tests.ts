import { expect, it } from '@jest/globals';
import { PATIENTLY, type Consumer } from './consumer.js';

/** Tests an application with the scripts of its package.json. */
export function itPassesItsTests(
  consumer: () => Consumer,
  { unit, e2e }: { unit: string; e2e: string },
  node?: string,
): void {
  it.each([
    ['unit tests, with FakeClock and with fake timers', 'npm test', unit],
    ['e2e tests', 'npm run test:e2e', e2e],
  ])('passes its %s', async (_, script, want) => {
    const { code, output } = await consumer().run(`${script} -- ${PATIENTLY}`, node);
    expect({ code, output }).toEqual({ code: 0, output: expect.stringContaining(want) });
  });
}
