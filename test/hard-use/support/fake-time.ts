import { existsSync } from 'node:fs';

/** Where Debian's package `libfaketime` puts the library that changes the clock of one process. */
const PLACES = ['x86_64', 'aarch64'].map(
  (machine) => `/usr/lib/${machine}-linux-gnu/faketime/libfaketimeMT.so.1`,
);

/** @throws Error if it is not installed. CI installs it. */
export function fakeTimeLibrary(): string {
  const found = [process.env['HARD_USE_FAKETIME'] ?? '', ...PLACES].find((place) => existsSync(place));
  if (found === undefined) {
    throw new Error(
      'The clock of a process cannot be put without libfaketime. Run: apt-get install faketime',
    );
  }
  return found;
}
