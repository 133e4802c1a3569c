import { expect } from '@jest/globals';
import type { Page } from 'playwright-core';

const COMPLAINTS = ['error', 'warning', 'assert'];

// Chromium reports a violation on the console, but not each one of every kind. It tells the document of each.
const REPORT_VIOLATIONS = `addEventListener('securitypolicyviolation', (event) =>
  console.error('violates the policy:', event.effectiveDirective, event.blockedURI, event.sample))`;

/** Keeps what goes wrong in a page: errors and warnings on its console, failed requests, refused contents. */
export class Complaints {
  private readonly heard: string[] = [];
  private readonly expected: RegExp[] = [];

  static async of(page: Page): Promise<Complaints> {
    const complaints = new Complaints(page);
    await page.addInitScript(REPORT_VIOLATIONS);
    return complaints;
  }

  private constructor(page: Page) {
    page.on('console', (message) => {
      if (COMPLAINTS.includes(message.type())) {
        this.heard.push(`${message.type()}: ${message.text()} (${message.location().url})`);
      }
    });
    page.on('pageerror', (error) => this.heard.push(`uncaught: ${error.stack ?? error.message}`));
    page.on('crash', () => this.heard.push('the page has crashed'));
    page.on('requestfailed', (request) => {
      const reason = request.failure()?.errorText ?? '';
      // The page has left before the answer came.
      if (reason !== 'net::ERR_ABORTED') {
        this.heard.push(`failed: ${request.method()} ${request.url()}: ${reason}`);
      }
    });
  }

  /** Says that this test provokes such a complaint. The test fails if there is none. */
  expect(...patterns: readonly RegExp[]): void {
    this.expected.push(...patterns);
  }

  /** Fails on complaints that nobody expected, and on expected ones that did not come. */
  check(): void {
    const { heard, expected } = this;
    const unexpected = heard.filter((complaint) => !expected.some((pattern) => pattern.test(complaint)));
    const missing = expected.filter((pattern) => !heard.some((complaint) => pattern.test(complaint)));
    expect({ unexpected, missing: missing.map(String) }).toEqual({ unexpected: [], missing: [] });
  }
}
