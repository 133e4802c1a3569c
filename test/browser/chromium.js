import { existsSync } from 'node:fs';

const PLACES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

/**
 * Finds the browser of the tests in this folder: the one that `NESTJS_WAIT_CHROMIUM` names, and no other, or
 * else an installed one.
 */
export function findChromium({ NESTJS_WAIT_CHROMIUM } = process.env) {
  return (NESTJS_WAIT_CHROMIUM ? [NESTJS_WAIT_CHROMIUM] : PLACES).find((path) => existsSync(path));
}

export const MISSING_CHROMIUM = `The tests in the browser did not run: there is no Chromium. This installs and runs them:
  sudo apt-get install chromium fonts-dejavu-core && npm test -- --selectProjects browser browser-nest-11
A Chromium elsewhere can be named: NESTJS_WAIT_CHROMIUM=/path/to/chromium npm test`;
