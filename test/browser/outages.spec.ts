import { expect, it, jest } from '@jest/globals';
import { APP_GUARD } from '@nestjs/core';
import { ThrottlerGuard, ThrottlerModule } from '@nestjs/throttler';
import { eventually } from './support/eventually.js';
import { serve } from './support/serve.js';
import { visit, type Visit } from './support/visit.js';

jest.setTimeout(60_000); // starting a browser takes long on a busy machine

interface Redirecting {
  redirect(url: string): void;
}

const GONE = [/ERR_(?:CONNECTION_REFUSED|CONNECTION_RESET|EMPTY_RESPONSE|SOCKET_NOT_CONNECTED)/];

it('says that the server is gone and when it asks again, marks what it shows as old, and recovers', async () => {
  const served = await serve();
  served.loop('Outbox.flush');
  const visited = await visit(served.url);
  const { page, row, button, alert } = visited;
  await row('Outbox.flush').waitFor();
  expect(await page.locator('main').getAttribute('data-old')).toBe('false');
  visited.complaints.expect(...GONE);
  await served.close();
  await page.getByText(/No answer for \d+ s; (?:next try in \d+ s|trying now)/).waitFor();
  await page.locator('main[data-old=true]').waitFor();
  await row('Outbox.flush').waitFor();
  await button('Run Outbox.flush now').click();
  await alert.getByText(/cannot be reached/).waitFor();

  const again = await serve({ port: served.port });
  again.loop('Outbox.flush');
  again.loop('Mailer.send');
  await row('Mailer.send').waitFor();
  await page.locator('main[data-old=false]').waitFor();
  expect(await page.getByText(/No answer/).count()).toBe(0);
});

it('asks ever more rarely while there is no answer, at least once a minute', async () => {
  const served = await serve();
  served.loop('Outbox.flush');
  const visited = await visit('about:blank');
  const { page } = visited;
  await page.clock.install();
  await page.goto(served.url);
  await visited.row('Outbox.flush').waitFor();
  visited.complaints.expect(...GONE);
  await served.close();
  await page.clock.pauseAt(new Date(Date.now() + 60_000));
  const pauses: number[] = [];
  for (let question = 0; question < 8; question++) {
    // oxlint-disable-next-line no-await-in-loop -- one question after the other
    pauses.push(await pauseOf(visited));
  }
  expect(pauses.slice(-7)).toEqual(pauses.slice(-7).toSorted((a, b) => a - b));
  expect(pauses.slice(-2)).toEqual([60, 60]);
});

/** Waits until a question had no answer, goes on to the next, and returns how many seconds were in between. */
async function pauseOf({ page, polls }: Visit): Promise<number> {
  const text = await eventually(async () => {
    const words = await page.getByText(/next try in/).innerText();
    expect(words).toMatch(/next try in/);
    return words;
  });
  const [, minutes = '0', seconds = '0'] = /next try in (?:(\d+)m ?)?(?:(\d+) ?s)?/.exec(text)!;
  const pause = Number(minutes) * 60 + Number(seconds);
  const before = polls.length;
  await page.clock.runFor(pause * 1000 + 1);
  await eventually(() => expect(polls.length).toBeGreaterThan(before));
  return pause;
}

it('asks nothing while nobody sees it, and at once when it is seen again', async () => {
  const served = await serve();
  served.loop('Outbox.flush');
  const visited = await visit('about:blank');
  const { page, polls } = visited;
  await page.clock.install();
  await page.goto(served.url);
  await visited.row('Outbox.flush').waitFor();
  // Headless Chromium never hides a page.
  const setHidden = (isHidden: boolean): Promise<unknown> =>
    page.evaluate(`
      Object.defineProperties(document, {
        hidden: { value: ${isHidden}, configurable: true },
        visibilityState: { value: '${isHidden ? 'hidden' : 'visible'}', configurable: true },
      });
      document.dispatchEvent(new Event('visibilitychange'));`);
  await page.clock.runFor(1500);
  await eventually(() => expect(polls.length).toBeGreaterThan(1));

  await setHidden(true);
  const seen = polls.length;
  await page.clock.runFor(60_000);
  expect(polls.length).toBe(seen);
  await setHidden(false);
  await eventually(() => expect(polls.length).toBe(seen + 1));
});

it('does not ask a throttler again before it may', async () => {
  const served = await serve({
    metadata: {
      imports: [ThrottlerModule.forRoot([{ ttl: 20_000, limit: 2 }])],
      providers: [{ provide: APP_GUARD, useClass: ThrottlerGuard }],
    },
  });
  served.loop('Outbox.flush');
  const visited = await visit('about:blank');
  const { page, polls } = visited;
  visited.complaints.expect(/status of 429/);
  await page.clock.install();
  const answer = page.waitForResponse((response) => response.status() === 429);
  await page.goto(served.url);
  await visited.row('Outbox.flush').waitFor();
  await page.clock.runFor(1100);
  await page.clock.runFor(1100);
  const retryAfter = Number((await answer).headers()['retry-after']);
  expect(retryAfter).toBeGreaterThan(10);
  await page.getByText(/next try in (?:20|1\d) s/).waitFor();
  await page.getByText(/asked too often/).waitFor();
  const asked = polls.length;
  await page.clock.runFor((retryAfter - 3) * 1000);
  expect(polls.length).toBe(asked);
  await page.clock.runFor(3000);
  await eventually(() => expect(polls.length).toBe(asked + 1));
});

it('says that one may have to log in again when a proxy redirects to the login of another site', async () => {
  let isLoggedIn = true;
  const served = await serve({
    configure: (app) =>
      app.use((_request: unknown, response: Redirecting, next: () => void) =>
        isLoggedIn ? next() : response.redirect('http://page.test:9/login'),
      ),
  });
  served.loop('Outbox.flush');
  const { page, row, button, alert } = await visit(served.url);
  await row('Outbox.flush').waitFor();
  isLoggedIn = false;
  await page.locator('main[data-old=true]').waitFor();
  await page.getByText(/log in again/).waitFor();
  await button('Run Outbox.flush now').click();
  await alert.getByText(/log in again/).waitFor();
});

it('does not hold up the end of an application', async () => {
  const served = await serve();
  served.loop('Outbox.flush');
  const visited = await visit(served.url);
  await visited.newsCame(2);
  visited.complaints.expect(...GONE);
  const began = performance.now();
  await served.close();
  const took = performance.now() - began;
  process.stdout.write(`app.close() with an open page: ${Math.round(took)} ms\n`);
  expect(took).toBeLessThan(2000); // a connection that is kept would hold it up for five seconds
  await visited.page.getByText(/No answer/).waitFor();
});
