import { afterAll } from '@jest/globals';
import { chromium, type Browser } from 'playwright-core';

// jest.config.js looks for Chromium, and leaves these tests out if there is none; CI does not.
declare const CHROMIUM: string | undefined;
declare const MISSING_CHROMIUM: string;

let launched: Promise<Browser> | undefined;

/** Launches the browser of a file of tests, once. */
export function browser(): Promise<Browser> {
  launched ??= launch();
  return launched;
}

async function launch(): Promise<Browser> {
  if (CHROMIUM === undefined) {
    throw new Error(MISSING_CHROMIUM);
  }
  // Chromium's sandbox refuses to run as root, which CI does. Nothing but the pages of these tests is opened.
  const args = ['--no-sandbox', '--host-resolver-rules=MAP page.test 127.0.0.1'];
  return chromium.launch({ executablePath: CHROMIUM, args });
}

afterAll(async () => {
  await (await launched)?.close();
});
