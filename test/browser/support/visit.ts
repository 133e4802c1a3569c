import type { BrowserContextOptions, Locator, Page, Request } from 'playwright-core';
import { atEnd } from './at-end.js';
import { browser } from './browser.js';
import { Complaints } from './complaints.js';

/**
 * Opens an address in a page of its own. What the page complains about fails the test.
 *
 * @param script - Runs in the page before its own scripts.
 */
export async function visit(url: string, options?: BrowserContextOptions, script?: string): Promise<Visit> {
  const context = await (await browser()).newContext(options);
  atEnd(() => context.close());
  const page = await context.newPage();
  page.setDefaultTimeout(10_000);
  const complaints = await Complaints.of(page);
  atEnd(() => complaints.check());
  if (script !== undefined) {
    await page.addInitScript(script);
  }
  const visited = new Visit(page, complaints);
  await page.goto(url);
  return visited;
}

/** Somebody who looks at the page of the loops. */
export class Visit {
  /** The requests of news, in their order. */
  readonly polls: Request[] = [];

  constructor(
    readonly page: Page,
    readonly complaints: Complaints,
  ) {
    page.on('request', (request) => {
      if (/\/data(?:\?|$)/.test(request.url())) {
        this.polls.push(request);
      }
    });
  }

  get rows(): Locator {
    return this.page.locator('[data-loop]');
  }

  get search(): Locator {
    return this.page.getByRole('searchbox', { name: 'Search loops', exact: true });
  }

  /** What the page tells that has happened. */
  get status(): Locator {
    return this.page.getByRole('status');
  }

  get alert(): Locator {
    return this.page.getByRole('alert');
  }

  /** The names of the listed loops, from the top. */
  names(): Promise<(string | null)[]> {
    return this.rows.evaluateAll((rows) => rows.map((row) => row.getAttribute('data-loop')));
  }

  readonly row = (loop: string): Locator => this.page.locator(`[data-loop="${inCss(loop)}"]`);

  /** The button of a row that opens it. */
  readonly opener = (loop: string): Locator => this.row(loop).locator('button[aria-expanded]');

  /** What a row says about the pause of its loop. */
  readonly reason = (loop: string, note: string): Locator => this.row(loop).getByText(`Paused: ${note}`);

  readonly button = (name: string): Locator => this.page.getByRole('button', { name, exact: true });

  /** Waits until the page has shown `count` more answers. */
  async newsCame(count = 1): Promise<void> {
    for (let seen = 0; seen < count; seen++) {
      // oxlint-disable-next-line no-await-in-loop -- one poll after the other
      await this.page.waitForResponse((response) => /\/data(?:\?|$)/.test(response.url()));
    }
  }
}

function inCss(text: string): string {
  return text.replaceAll(/["\\]/g, '\\$&').replaceAll('\n', '\\a ');
}
